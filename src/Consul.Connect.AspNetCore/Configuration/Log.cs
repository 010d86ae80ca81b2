using Microsoft.Extensions.Logging;

namespace ConsulConnect.Configuration;

internal static partial class Log
{
    [LoggerMessage(701, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(702, LogLevel.Information, "{Hint}")]
    public static partial void Hint(ILogger logger, string hint);

    [LoggerMessage(703, LogLevel.Warning, "{Keys} changed in the configuration, and count from the next start on: while an app runs, only the definition it has started with ({Definition}) is read again.")]
    public static partial void NeedsRestart(ILogger logger, string keys, string definition);

    [LoggerMessage(704, LogLevel.Error, "The definition has changed and is not used: {Faults} What was registered before stays.")]
    public static partial void DefinitionRefused(ILogger logger, string faults);
}
