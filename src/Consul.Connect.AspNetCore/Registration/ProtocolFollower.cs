using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>
/// Looks now and then whether the operator calls this service a TCP service while its intentions carry permissions: the app enforces
/// them all the same, and sidecars of the service would not.
/// </summary>
internal sealed class ProtocolFollower : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    private readonly AgentLink _link;
    private readonly string _service;
    private readonly AgentWatch<object> _watch;
    private bool _said;

    public ProtocolFollower(AgentLink link, string service)
    {
        (_link, _service) = (link, service);
        _watch = new("protocol", FollowAsync, _ => null, link, new() { Poll = Pace });
    }

    public void Start() => _watch.Start();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<object>> FollowAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var contradicts = await ContradictsAsync(cancellationToken);
            if (contradicts && !_said)
                Log.ProtocolIsTcp(_link.Logger, _service);
            _said = contradicts;
        }
        catch (AgentException silence) when (silence.IsAnswer)
        {
            // Nothing is said of the protocol, or not to us, or the agent is too old to know either.
        }

        return new(this, null, null, TimeSpan.Zero, "");
    }

    private async Task<bool> ContradictsAsync(CancellationToken cancellationToken)
    {
        var defaults = await _link.Client.GetServiceDefaultsAsync(_service, cancellationToken);
        if (defaults.Value.Protocol is not "tcp")
            return false;
        var match = await _link.Client.MatchIntentionsAsync(_service, new(0, null, TimeSpan.FromSeconds(1)), cancellationToken);
        return match.Value.Intentions.Any(intention => intention.Permissions.Count > 0);
    }
}
