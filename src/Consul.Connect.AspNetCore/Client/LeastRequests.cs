namespace ConsulConnect.Client;

/// <summary>The instance with the fewest requests under way for its weight; among equals, in turn.</summary>
internal sealed class LeastRequests : IConnectBalancer
{
    private int _turn;

    public int Pick(ReadOnlySpan<ConnectCandidate> candidates)
    {
        var start = (int)((uint)Interlocked.Increment(ref _turn) % (uint)candidates.Length);
        var best = start;
        for (var i = 1; i < candidates.Length; i++)
        {
            var next = start + i < candidates.Length ? start + i : start + i - candidates.Length;
            if (Load(candidates[next], candidates[best].Instance.Weight) < Load(candidates[best], candidates[next].Instance.Weight))
                best = next;
        }

        return best;
    }

    // a/w < b/v as a*v < b*w; the request to come counts too.
    private static long Load(in ConnectCandidate candidate, int otherWeight) => (candidate.ActiveRequests + 1L) * otherWeight;
}
