using System.Buffers;
using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>The instances of an upstream at one moment, and whose turn it is. Replaced whole.</summary>
internal sealed class Roster(UpstreamSet set, InstancePool[] members)
{
    private readonly Turns _turns = Turns.Of(members);

    public UpstreamSet Set => set;

    public InstancePool[] Members => members;

    /// <summary>The instance for one request.</summary>
    /// <param name="balancer">Null: in turn.</param>
    /// <param name="turn">The upstream's count of requests.</param>
    /// <param name="ejected">Whether any may be ejected.</param>
    /// <param name="tried">Those that have failed this request; null: none.</param>
    /// <returns>Null when all have been tried.</returns>
    public InstancePool? Pick(IConnectBalancer? balancer, long turn, bool ejected, List<InstancePool>? tried)
    {
        if (!ejected && tried is null)
            return members.Length == 0 ? null : Pick(members, _turns, balancer, turn);
        var left = Array.FindAll(members, member => tried?.Contains(member) is not true && (!ejected || member.IsAdmitted));
        if (ejected && IsTooFew(tried))
            left = [];
        if (left.Length == 0)
            left = Array.FindAll(members, member => tried?.Contains(member) is not true);
        return left.Length == 0 ? null : Pick(left, Turns.Of(left), balancer, turn);
    }

    // Never more than half are left out, also when the set has shrunk since.
    private bool IsTooFew(List<InstancePool>? tried) =>
        tried is null && Array.FindAll(members, member => member.IsEjected).Length * 2 > members.Length;

    private static InstancePool Pick(InstancePool[] from, Turns turns, IConnectBalancer? balancer, long turn)
    {
        if (balancer is null)
            return from[turns.At(turn)];
        var candidates = ArrayPool<ConnectCandidate>.Shared.Rent(from.Length);
        try
        {
            for (var i = 0; i < from.Length; i++)
                candidates[i] = new(from[i].Instance, from[i].Active);
            var picked = balancer.Pick(candidates.AsSpan(0, from.Length));
            return (uint)picked < (uint)from.Length
                ? from[picked]
                : throw new InvalidOperationException($"{balancer.GetType().Name} picked {picked} of {from.Length} candidates.");
        }
        finally
        {
            ArrayPool<ConnectCandidate>.Shared.Return(candidates, clearArray: true);
        }
    }

    /// <summary>Turns by weight, spread so that a heavy instance does not get all of its turns in a row.</summary>
    private readonly struct Turns(long[]? ends, int count, long stride)
    {
        public static Turns Of(InstancePool[] members)
        {
            if (Array.TrueForAll(members, member => member.Instance.Weight == members[0].Instance.Weight))
                return new(null, members.Length, 1);
            var ends = new long[members.Length];
            long sum = 0;
            for (var i = 0; i < members.Length; i++)
                ends[i] = sum += members[i].Instance.Weight;
            return new(ends, members.Length, Coprime(sum));
        }

        public int At(long turn)
        {
            var positive = turn & long.MaxValue;
            if (ends is null)
                return (int)(positive % count);
            var place = (long)((UInt128)positive * (ulong)stride % (ulong)ends[^1]);
            var found = Array.BinarySearch(ends, place + 1);
            return found >= 0 ? found : ~found;
        }

        // Near the golden section of the sum, and without a common divisor: every place comes once in a round.
        private static long Coprime(long sum)
        {
            for (var stride = Math.Max(1, (long)(sum * 0.618)); ; stride++)
                if (Divisor(stride, sum) == 1)
                    return stride;
        }

        private static long Divisor(long a, long b) => b == 0 ? a : Divisor(b, a % b);
    }
}
