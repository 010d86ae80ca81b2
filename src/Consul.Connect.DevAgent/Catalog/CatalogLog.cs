using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.DevAgent.Catalog;

internal sealed partial class CatalogLog(ILoggerFactory? factory)
{
    private readonly ILogger _logger = (factory ?? NullLoggerFactory.Instance).CreateLogger(AgentLog.Category);

    [LoggerMessage(911, LogLevel.Warning, "The service name {Service} holds characters that DNS does not know; letters, digits and dashes do.")]
    public partial void NameUnfitForDns(string service);
}
