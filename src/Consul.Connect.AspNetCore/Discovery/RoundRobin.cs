namespace ConsulConnect.Discovery;

/// <summary>In turn, each as often as its weight says.</summary>
internal sealed class RoundRobin : IConnectBalancer
{
    private readonly Turns _turns = new();

    /// <summary>As the other, but goes through no candidates: there may be very many.</summary>
    public int Pick(WeightTable weights) =>
        weights.IsEven ? (int)_turns.Next(weights.Count, inTurn: true) : weights.IndexOf(_turns.Next(weights.Sum, inTurn: false));

    public int Pick(ReadOnlySpan<ConnectCandidate> candidates)
    {
        var (sum, first, isEven) = (0L, candidates[0].Instance.Weight, true);
        foreach (ref readonly var candidate in candidates)
        {
            sum += candidate.Instance.Weight;
            isEven &= candidate.Instance.Weight == first;
        }

        if (isEven)
            return (int)_turns.Next(candidates.Length, inTurn: true);
        var turn = _turns.Next(sum, inTurn: false);
        var index = 0;
        while ((turn -= candidates[index].Instance.Weight) >= 0)
            index++;
        return index;
    }
}
