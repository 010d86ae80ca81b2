using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// Reads the intentions for one destination so that a watch can wait for their next change. Agents since 1.9 offer that on the
/// match call. Older ones give its answer no index; there the list of all intentions, which has one, is waited for, and match is
/// read after each wake. Where the token may not read the list either, the answer has no index and the watch polls.
/// </summary>
/// <param name="longestWait">What to wait at most, shorter than the watch would; null: as the watch likes.</param>
/// <param name="agentReturned">Called when the agent may have become another one: its index went back, or it answers again.</param>
/// <param name="listRefused">Called once when waiting turns into polling, with the agent's text.</param>
internal sealed class IntentionReader(AgentLink link, string service, TimeSpan? longestWait, Action agentReturned, Action<string> listRefused)
{
    /// <summary>How long a refused list is left alone.</summary>
    public static readonly TimeSpan RefusedListPause = TimeSpan.FromSeconds(30);

    private bool _matchWaits = true;
    private long? _listRefusedAt;
    private bool _failed;

    public async Task<AgentAnswer<IntentionMatch>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (query.Wait > longestWait)
            query = query with { Wait = longestWait.Value };

        var failedBefore = _failed;
        _failed = true;
        var answer = await ReadAsync(query, cancellationToken);
        _failed = false;
        if (failedBefore || answer.Index < query.Index)
            agentReturned();
        return answer;
    }

    private async Task<AgentAnswer<IntentionMatch>> ReadAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (_matchWaits)
        {
            var answer = await link.Client.MatchIntentionsAsync(service, query, cancellationToken);
            if (answer.Index > 0)
                return answer;

            // An index the match call once gave, say before a downgrade, means nothing to the list.
            _matchWaits = false;
            query = query with { Index = 0 };
        }

        // The index first: a change between the two calls then ends the next wait at once, and none is missed.
        var index = await WaitForListAsync(query, cancellationToken);
        var match = await link.Client.MatchIntentionsAsync(service, query with { Index = 0 }, cancellationToken);
        _matchWaits = match.Index > 0;
        return _matchWaits ? match : match with { Index = index };
    }

    private async Task<ulong?> WaitForListAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (_listRefusedAt is { } refused && link.Time.GetElapsedTime(refused) < RefusedListPause)
            return null;

        try
        {
            var list = await link.Client.WaitForIntentionsAsync(query, cancellationToken);
            _listRefusedAt = null;
            return list.Index;
        }
        catch (AgentException e) when (e.Fault is AgentFault.Denied or AgentFault.Missing or AgentFault.Permanent)
        {
            if (_listRefusedAt is null)
                listRefused(e.Message);
            _listRefusedAt = link.Time.GetTimestamp();
            return null;
        }
    }
}
