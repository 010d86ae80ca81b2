using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// Reads the intentions for one destination so that a watch can wait for their next change. Agents since 1.9 offer that on the
/// match call. Older ones give its answer no index; there the list of all intentions, which has one, is waited for, and match is
/// read after each wake. Where the token may not read the list either, the answer has no index and the watch polls.
/// </summary>
/// <param name="longestWait">What to wait at most, shorter than the watch would; null: as the watch likes.</param>
/// <param name="wentBack">Called when the index went back: the agent has become another one.</param>
/// <param name="listRefused">Called once when waiting turns into polling, with the agent's text.</param>
internal sealed class IntentionFetch(AgentLink link, string service, TimeSpan? longestWait, Action wentBack, Action<string> listRefused)
{
    /// <summary>How long a refused list is left alone.</summary>
    public static readonly TimeSpan RefusedListPause = TimeSpan.FromSeconds(30);

    private bool _matchWaits = true;
    private (long At, CancellationToken TokenChanged)? _refused;

    public async Task<AgentAnswer<IntentionMatch>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (query.Wait > longestWait)
            query = query with { Wait = longestWait.Value };

        var answer = await ReadAsync(query, cancellationToken);
        if (answer.Index < query.Index)
            wentBack();
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
        if (_refused is { } refused && !refused.TokenChanged.IsCancellationRequested && link.Time.GetElapsedTime(refused.At) < RefusedListPause)
            return null;

        try
        {
            var list = await link.Client.WaitForIntentionsAsync(query, cancellationToken);
            _refused = null;
            return list.Index;
        }
        catch (AgentException e) when (e.Fault is AgentFault.Denied or AgentFault.Missing or AgentFault.Permanent)
        {
            if (_refused is null)
                listRefused(e.Message);
            _refused = (link.Time.GetTimestamp(), link.Client.Changed);
            return null;
        }
    }
}
