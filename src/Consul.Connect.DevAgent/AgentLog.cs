using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.DevAgent;

/// <summary>Every line carries in its category that this is no agent for production.</summary>
internal sealed partial class AgentLog(ILoggerFactory? factory)
{
    public const string Category = "ConsulConnect.DevAgent (development only)";

    private readonly ILogger _logger = (factory ?? NullLoggerFactory.Instance).CreateLogger(Category);

    [LoggerMessage(901, LogLevel.Information, "A Consul agent for development listens at {Address}: datacenter {Datacenter}, trust domain {TrustDomain}, ACLs {Acls}, intentions by default {Policy}. It keeps nothing and is not for production.")]
    public partial void Started(Uri address, string datacenter, string trustDomain, string acls, string policy);

    [LoggerMessage(902, LogLevel.Error, "{Method} {Path} failed.")]
    public partial void CallFailed(string method, string path, Exception exception);

    [LoggerMessage(903, LogLevel.Information, "The certificate authority has a new root, {Root}; {Listed} roots are listed.")]
    public partial void RootRotated(string root, int listed);
}
