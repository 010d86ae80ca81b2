using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The checks of the instance on the agent, held against those it should have.</summary>
/// <param name="Missing">Ours that are not there.</param>
/// <param name="Obsolete">Ours that should not be there any more.</param>
/// <param name="Foreign">Nobody knows whose; the operator's maintenance is not among them.</param>
/// <param name="Stopped">Whether the instance is in the maintenance that a stop of this app began.</param>
internal sealed record CheckReview(IReadOnlyList<string> Missing, IReadOnlyList<string> Obsolete, IReadOnlyList<string> Foreign, bool Stopped)
{
    /// <param name="everSent">The ids this process has registered so far.</param>
    public static CheckReview Of(ServiceRegistration entry, IReadOnlySet<string> everSent, RegisteredChecks seen)
    {
        var ours = entry.Checks.Select(check => check.Id).ToHashSet(StringComparer.Ordinal);
        var maintenance = Maintenance.CheckId(entry.Id);
        var others = seen.Checks.Select(check => check.Id).Where(id => !ours.Contains(id) && id != maintenance).ToLookup(id => everSent.Contains(id) || CheckIds.IsDefault(id, entry.Id));
        return new(
            [.. ours.Except(seen.Checks.Select(check => check.Id), StringComparer.Ordinal)],
            [.. others[true]],
            [.. others[false]],
            seen.Checks.Any(check => check.Id == maintenance && Maintenance.IsOurs(check)));
    }
}
