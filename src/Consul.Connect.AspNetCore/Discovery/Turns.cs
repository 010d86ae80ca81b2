namespace ConsulConnect.Discovery;

/// <summary>
/// Hands out turns by weight without a memory of who had one, so that instances may come and go: each step of the golden ratio
/// through the sum of the weights hits everybody as often as the weights say, and nobody twice in a row for long.
/// </summary>
internal sealed class Turns
{
    private const double GoldenRatio = 0.6180339887498949;

    private long _taken = -1;

    /// <summary>A number from 0 to below the sum of the weights.</summary>
    /// <param name="sum">At least 1.</param>
    /// <param name="inTurn">Whether all weigh the same: then one after the other.</param>
    public long Next(long sum, bool inTurn)
    {
        var turn = (long)((ulong)Interlocked.Increment(ref _taken) % (ulong)sum);
        return inTurn ? turn : (long)((UInt128)turn * (ulong)Step(sum) % (ulong)sum);
    }

    // Coprime to the sum, so that as many turns as the sum hit each number once.
    private static long Step(long sum)
    {
        var step = Math.Max(1, (long)(sum * GoldenRatio));
        while (Divisor(step, sum) != 1)
            step++;
        return step;
    }

    private static long Divisor(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
