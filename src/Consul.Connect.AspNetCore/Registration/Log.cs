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

    [LoggerMessage(504, LogLevel.Warning, "The entry {Id} was \"{OtherService}\" at {OtherAddress}; it is \"{Service}\" at {Address} now. After a restart on another address that is as it should be; if both run, give each its own {Path}:Id.")]
    public static partial void TakenOver(ILogger logger, string id, string otherService, string otherAddress, string service, string address, string path);

    [LoggerMessage(505, LogLevel.Warning, "The entry {Id} is taken back from others again and again: \"{Service}\" at {Address}, \"{OtherService}\" at {OtherAddress}. It is tried ever more seldom, up to each 30 s; give each process its own {Path}:Id.")]
    public static partial void Contested(ILogger logger, string id, string service, string address, string otherService, string otherAddress, string path);

    [LoggerMessage(506, LogLevel.Information, "Removed the check {Check} of {Id}, which the definition no longer has.")]
    public static partial void CheckRemoved(ILogger logger, string check, string id);

    [LoggerMessage(507, LogLevel.Warning, "The entry {Id} has checks that this app did not register: {Checks}. They are left alone and count like its own. Remove one that is not wanted with: {Command}")]
    public static partial void ForeignChecks(ILogger logger, string id, string checks, string command);

    [LoggerMessage(509, LogLevel.Warning, "The entry of {Service} stays as it is, because the definition cannot be applied: {Faults}")]
    public static partial void NotApplied(ILogger logger, string service, string faults);

    [LoggerMessage(510, LogLevel.Information, "Put {Service}, which is {Id}, in maintenance; its next start ends that.")]
    public static partial void InMaintenance(ILogger logger, string service, string id);

    [LoggerMessage(511, LogLevel.Warning, "{Service} stops, but its entry {Id} could not be put in maintenance: {LastAnswer}. Do it with: consul maint -enable -service={Id}")]
    public static partial void MaintenanceFailed(ILogger logger, string service, string id, string lastAnswer);

    [LoggerMessage(512, LogLevel.Information, "Ended the maintenance of {Service}, which is {Id}, that its last stop began.")]
    public static partial void MaintenanceEnded(ILogger logger, string service, string id);

    [LoggerMessage(513, LogLevel.Information, "{Service} stops and leaves the entry {Id} alone: another process has it now, at {OtherAddress}.")]
    public static partial void LeftToAnother(ILogger logger, string service, string id, string otherAddress);

    [LoggerMessage(514, LogLevel.Warning, "The service-defaults of \"{Service}\" say protocol tcp, while its intentions have permissions, which are for HTTP. This app enforces them all the same; sidecars of the service would not. Write protocol http, http2 or grpc there.")]
    public static partial void ProtocolIsTcp(ILogger logger, string service);

    [LoggerMessage(515, LogLevel.Warning, "The check {Check} of {Id} is gone again and again, as when another instance on this agent has a check with this id; give each its own, or none.")]
    public static partial void CheckContested(ILogger logger, string check, string id);
}
