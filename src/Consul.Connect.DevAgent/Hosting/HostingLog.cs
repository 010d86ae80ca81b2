using Microsoft.Extensions.Logging;

namespace ConsulConnect.DevAgent.Hosting;

internal sealed partial class HostingLog(ILogger logger)
{
    [LoggerMessage(920, LogLevel.Information, "No Consul agent is configured and none answers at {Address}, so this app has started one for development there; other processes find it by themselves. It ends with this app, keeps nothing and is not for production.")]
    public partial void StartedForAll(string address);

    [LoggerMessage(921, LogLevel.Information, "No Consul agent is configured, and what listens at port {Taken} is none, so this app has started one for development at {Address}. It ends with this app, keeps nothing and is not for production. For other processes:")]
    public partial void StartedElsewhere(int taken, string address);

    [LoggerMessage(922, LogLevel.Information, "CONSUL_HTTP_ADDR={Authority}")]
    public partial void LineToPaste(string authority);

    [LoggerMessage(923, LogLevel.Information, "A Consul agent has appeared at {Address} meanwhile; this app uses it and starts none.")]
    public partial void AnotherWasQuicker(string address);
}
