namespace ConsulConnect.Discovery;

/// <summary>Weights that stay the same for many picks, summed up once.</summary>
internal sealed class WeightTable
{
    // What the weights come to with each of them; null: all are the same, and there is nothing to look up.
    private readonly long[]? _sums;

    /// <param name="candidates">None has the weight 0.</param>
    public WeightTable(ReadOnlySpan<ConnectCandidate> candidates)
    {
        Count = candidates.Length;
        var sums = new long[Count];
        var isEven = true;
        for (var i = 0; i < Count; i++)
        {
            Sum += candidates[i].Instance.Weight;
            sums[i] = Sum;
            isEven &= candidates[i].Instance.Weight == candidates[0].Instance.Weight;
        }

        _sums = isEven ? null : sums;
    }

    public int Count { get; }

    public long Sum { get; }

    public bool IsEven => _sums is null;

    /// <summary>Whose turn it is.</summary>
    /// <param name="turn">From 0 to below the sum.</param>
    public int IndexOf(long turn)
    {
        var found = Array.BinarySearch(_sums!, turn);
        return found < 0 ? ~found : found + 1;
    }
}
