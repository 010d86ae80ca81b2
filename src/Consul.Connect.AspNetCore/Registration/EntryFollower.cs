using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>Waits at the agent for a change of the entry, and doubts it when it is not what was sent.</summary>
internal sealed class EntryFollower : IAsyncDisposable
{
    /// <summary>Something is being written: it shows within this time, or nothing was.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly AgentLink _link;
    private readonly HeldEntry _held;
    private readonly AgentWatch<RegisteredService> _watch;
    private Held? _seen;
    private string _addressBefore = "";

    public EntryFollower(AgentLink link, HeldEntry held)
    {
        (_link, _held) = (link, held);
        _watch = new("entry", FollowAsync, _ => null, link) { WhenMissing = _ => Task.CompletedTask };
    }

    public WatchState State => _watch.State;

    public void Start() => _watch.Start();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<RegisteredService>> FollowAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        for (var missed = false; ;)
        {
            var changed = _held.Changed;
            var held = await _held.WaitAsync(cancellationToken);
            try
            {
                var answer = await _link.Client.GetServiceAsync(held.Entry.Id, query, cancellationToken);
                if (Difference(held, answer.Value) is not { } difference)
                    return answer;
                _held.Doubt(held, new($"the agent had it {difference}", answer.Value));
            }
            catch (AgentException missing) when (missing.Fault == AgentFault.Missing && !missed)
            {
                // Once; an agent that never knows what was registered is left to the back-off.
                missed = true;
                _held.Doubt(held, new("the agent no longer knew it"));
            }

            await _held.WaitAsync(changed, Settling, cancellationToken);
            // What is not what was sent is nothing to wait on.
            query = query with { Hash = null };
        }
    }

    private string? Difference(Held held, RegisteredService seen)
    {
        if (_seen != held && _held.Stands(held))
            (_seen, _addressBefore) = (held, seen.Address);
        return EntryDifference.Between(held.Entry, seen, _addressBefore);
    }
}
