using Microsoft.Extensions.Logging;

namespace ConsulConnect.Client;

internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Warning, "An instance of \"{Service}\" at {Instance} has failed too often in a row and gets no requests for {Seconds:0} s.")]
    public static partial void Ejected(ILogger logger, string service, ConnectInstance instance, double seconds);

    [LoggerMessage(901, LogLevel.Information, "The instance of \"{Service}\" at {Instance} gets requests again.")]
    public static partial void CameBack(ILogger logger, string service, ConnectInstance instance);

    [LoggerMessage(910, LogLevel.Warning, "{Refusal} Said once a minute.")]
    public static partial void Refused(ILogger logger, string refusal);
}
