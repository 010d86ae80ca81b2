using Microsoft.Extensions.Logging;

namespace ConsulConnect.Discovery;

internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Information, "{Upstream} has instances that can be called: {Count}.")]
    public static partial void HasInstances(this ILogger logger, string upstream, int count);

    [LoggerMessage(EventId = 801, Message = "{Upstream} has no instance that can be called: {Problem}.")]
    public static partial void HasNone(this ILogger logger, LogLevel level, string upstream, string problem);

    [LoggerMessage(802, LogLevel.Debug, "The instances of {Upstream} have changed: {Count} can be called ({Problem}).")]
    public static partial void InstancesChanged(this ILogger logger, string upstream, int count, string problem);

    [LoggerMessage(803, LogLevel.Warning, "Not every entry of {Upstream} can be an instance: {Skipped}.")]
    public static partial void Skipped(this ILogger logger, string upstream, string skipped);

    [LoggerMessage(804, LogLevel.Warning, "{Upstream} has failed over to the datacenter {Datacenter}.")]
    public static partial void FailedOver(this ILogger logger, string upstream, string datacenter);

    [LoggerMessage(805, LogLevel.Information, "{Upstream} is answered by the datacenter {Datacenter} again.")]
    public static partial void CameBack(this ILogger logger, string upstream, string datacenter);

    [LoggerMessage(807, LogLevel.Warning, "{Upstream} has a {Parts} in Consul's configuration, which this app does not follow: its calls go to the instances of that service itself.")]
    public static partial void ChainIsNotFollowed(this ILogger logger, string upstream, string parts);

    [LoggerMessage(806, LogLevel.Debug, "{Upstream} is followed no more: {Reason}.")]
    public static partial void Dropped(this ILogger logger, string upstream, string reason);
}
