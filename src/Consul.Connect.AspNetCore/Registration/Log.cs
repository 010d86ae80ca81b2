using Microsoft.Extensions.Logging;

namespace ConsulConnect.Registration;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Information, "Registered {Service} as {Id} at {Address}, port {Port}.")]
    public static partial void Registered(ILogger logger, string service, string id, string address, int port);

    [LoggerMessage(501, LogLevel.Information, "Registered {Service} as {Id} again: {Reason}.")]
    public static partial void RegisteredAgain(ILogger logger, string service, string id, string reason);

    [LoggerMessage(502, LogLevel.Information, "Deregistered {Service}, which was {Id}.")]
    public static partial void Deregistered(ILogger logger, string service, string id);

    [LoggerMessage(503, LogLevel.Warning, "{Service} stops, but its entry {Id} stays in the catalog: {LastAnswer}. Remove it with: consul services deregister -id={Id}")]
    public static partial void DeregistrationFailed(ILogger logger, string service, string id, string lastAnswer);
}
