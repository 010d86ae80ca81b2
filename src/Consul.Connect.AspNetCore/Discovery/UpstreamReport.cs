using ConsulConnect.Agent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Discovery;

/// <summary>Says what changes about one upstream, once for each change; one that changes all the time is said more quietly.</summary>
internal sealed class UpstreamReport(string upstream, AgentLink link)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    private long? _said;
    private string? _place;
    private string? _skipped;

    /// <param name="isWanted">Whether anybody has called it: one that is merely configured may have no instances yet.</param>
    public void Tell(UpstreamSet? before, UpstreamSet set, string? skipped, bool isWanted)
    {
        if (skipped is not null && skipped != _skipped)
            link.Logger.Skipped(upstream, skipped);
        _skipped = skipped;
        if (ReferenceEquals(before, set))
            return;

        var (had, has) = (before?.Instances.Count ?? 0, set.Instances.Count);
        var isTurn = before is null || (had > 0) != (has > 0);
        if (!isTurn || (_said is { } said && link.Time.GetElapsedTime(said) < Calm))
            link.Logger.InstancesChanged(upstream, has, set.Problem ?? "all that are registered");
        else
        {
            _said = link.Time.GetTimestamp();
            if (has > 0)
                link.Logger.HasInstances(upstream, has);
            else
                link.Logger.HasNone(isWanted ? LogLevel.Warning : LogLevel.Information, upstream, set.Problem ?? "");
        }
    }

    /// <summary>Where a prepared query found its instances.</summary>
    public void TellPlace(string datacenter, int failovers)
    {
        var place = AgentErrors.Clean(datacenter);
        if (place == _place)
            return;
        if (failovers > 0)
            link.Logger.FailedOver(upstream, place);
        else if (_place is not null)
            link.Logger.CameBack(upstream, place);
        _place = place;
    }
}
