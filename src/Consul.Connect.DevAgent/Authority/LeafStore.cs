using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>
/// The agent's leaves, one for each service name. A leaf is renewed when somebody asks for it, or waits for its successor, and its time
/// has come: between 60 and 90 percent of its life, however short that is, or some seconds after new roots. (A real agent up to 1.8
/// answers a blocking query at once, again and again, while leaves live less than ten minutes; nobody can test with that.)
/// </summary>
internal sealed class LeafStore(CertificateAuthority authority, AgentState state, TimeProvider clock, TimeSpan rootChangeSpread)
{
    // Longer than any timer needs to be, shorter than one may be.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Leaf> _leaves = [];

    /// <summary>The leaf of a service: at once without an index, else when it is newer than that, or after the wait.</summary>
    public async Task<Leaf> GetAsync(string service, ulong index, TimeSpan wait, CancellationToken cancel)
    {
        string[] topics = [Topics.Leaf(service), Topics.Roots];
        var end = wait == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock.GetUtcNow() + wait;
        while (true)
        {
            var seen = state.IndexOf(topics);
            var leaf = Current(service);
            var now = clock.GetUtcNow();
            if (index == 0 || leaf.Index > index || now >= end)
                return leaf;
            var sleep = (leaf.DueAt < end ? leaf.DueAt : end) - now + TimeSpan.FromMilliseconds(1);
            await state.WaitAsync(topics, seen, sleep < LongestSleep ? sleep : LongestSleep, cancel);
        }
    }

    private Leaf Current(string service)
    {
        lock (_gate)
        {
            if (_leaves.TryGetValue(service, out var leaf))
            {
                var ca = authority.Current;
                if (leaf.RootId != ca.Active.Id && leaf.ReplaceAt is null)
                    _leaves[service] = leaf = leaf with { ReplaceAt = ca.ChangedAt + (Random.Shared.NextDouble() * rootChangeSpread) };
                if (clock.GetUtcNow() < leaf.DueAt)
                    return leaf;
            }

            leaf = authority.Issue(service);
            leaf = leaf with { Index = state.Write(write => write.Touch(Topics.Leaf(service))) };
            return _leaves[service] = leaf;
        }
    }
}
