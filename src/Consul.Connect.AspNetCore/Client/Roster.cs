using System.Buffers;
using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>The instances of an upstream at one moment. Replaced whole.</summary>
internal sealed class Roster(UpstreamSet set, InstancePool[] members)
{
    // For the one who does not ask how busy each of them is.
    private readonly WeightTable _weights = new([.. members.Select(member => new ConnectCandidate(member.Instance, 0))]);

    public UpstreamSet Set => set;

    public InstancePool[] Members => members;

    /// <summary>The instance for one request.</summary>
    /// <param name="balancer">The upstream's; another one for repeats, so that they take nobody's turn.</param>
    /// <param name="ejected">Whether any may be ejected.</param>
    /// <param name="tried">Those that have failed this request; null: none.</param>
    /// <returns>Null when all have been tried.</returns>
    public InstancePool? Pick(IConnectBalancer balancer, bool ejected, List<InstancePool>? tried)
    {
        if (!ejected && tried is null)
            return members.Length == 0 ? null : balancer is not RoundRobin inTurn ? Pick(members, balancer) : members.Length == 1 ? members[0] : members[inTurn.Pick(_weights)];
        var left = Array.FindAll(members, member => tried?.Contains(member) is not true && (!ejected || member.IsAdmitted));
        if (ejected && IsTooFew(tried))
            left = [];
        if (left.Length == 0)
            left = Array.FindAll(members, member => tried?.Contains(member) is not true);
        return left.Length == 0 ? null : Pick(left, balancer);
    }

    // Never more than half are left out, also when the set has shrunk since.
    private bool IsTooFew(List<InstancePool>? tried) =>
        tried is null && Array.FindAll(members, member => member.IsEjected).Length * 2 > members.Length;

    private static InstancePool Pick(InstancePool[] from, IConnectBalancer balancer)
    {
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
}
