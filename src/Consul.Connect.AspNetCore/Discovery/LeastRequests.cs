namespace ConsulConnect.Discovery;

/// <summary>The one with the fewest requests under way for its weight; those with equally few in turn, by their weights.</summary>
internal sealed class LeastRequests : IConnectBalancer
{
    private readonly Turns _turns = new();

    public int Pick(ReadOnlySpan<ConnectCandidate> candidates)
    {
        var (least, sum, weight, isEven) = (0, 0L, 0, true);
        for (var i = 0; i < candidates.Length; i++)
        {
            var order = Compare(candidates[i], candidates[least]);
            if (order > 0)
                continue;
            if (order < 0)
                (least, sum, weight, isEven) = (i, 0, 0, true);
            weight = weight == 0 ? candidates[i].Instance.Weight : weight;
            isEven &= candidates[i].Instance.Weight == weight;
            sum += candidates[i].Instance.Weight;
        }

        var turn = isEven ? _turns.Next(sum / weight, inTurn: true) * weight : _turns.Next(sum, inTurn: false);
        for (var i = least; i < candidates.Length; i++)
        {
            if (Compare(candidates[i], candidates[least]) == 0 && (turn -= candidates[i].Instance.Weight) < 0)
                return i;
        }

        return least;
    }

    private static int Compare(in ConnectCandidate one, in ConnectCandidate other) =>
        ((long)one.ActiveRequests * other.Instance.Weight).CompareTo((long)other.ActiveRequests * one.Instance.Weight);
}
