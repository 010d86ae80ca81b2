using Microsoft.Extensions.Logging;

namespace ConsulConnect.Certificates;

internal static partial class Log
{
    [LoggerMessage(EventId = 200, Message = "\"{Service}\" has a new leaf, serial {Serial}, valid until {NotAfter:u}.")]
    public static partial void LeafReceived(ILogger logger, LogLevel level, string service, string serial, DateTime notAfter);

    [LoggerMessage(EventId = 201, Message = "{Count} roots of the trust domain {TrustDomain} are trusted now.")]
    public static partial void RootsChanged(ILogger logger, LogLevel level, int count, string trustDomain);

    [LoggerMessage(EventId = 202, Message = "Leaf and roots wait for each other: {Reason}. {Standing}.")]
    public static partial void PairWaits(ILogger logger, LogLevel level, string reason, Standing standing);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "The certificate files are not used: {Reason}. {Standing}.")]
    public static partial void FilesRejected(ILogger logger, string reason, Standing standing);
}

/// <summary>What serves meanwhile, written out only where it is logged.</summary>
internal readonly struct Standing(MeshCredentials? current)
{
    public override string ToString() =>
        current is null ? "Until then there are no credentials, and every caller is refused" : $"The credentials valid until {current.NotAfter.UtcDateTime:u} stay in use";
}
