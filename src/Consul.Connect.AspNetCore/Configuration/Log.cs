using Microsoft.Extensions.Logging;

namespace ConsulConnect.Configuration;

internal static partial class Log
{
    [LoggerMessage(701, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(702, LogLevel.Information, "{Hint}")]
    public static partial void Hint(ILogger logger, string hint);
}
