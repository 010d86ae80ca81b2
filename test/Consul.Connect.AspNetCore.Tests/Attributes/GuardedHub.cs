using Microsoft.AspNetCore.SignalR;

namespace ConsulConnect.Tests.Attributes;

[ConnectAuthorize("web", "billing")]
internal sealed class GuardedHub : Hub
{
    public string Any() => Context.ConnectionId;

    [ConnectAuthorize("web")]
    public string Named() => Context.ConnectionId;
}

internal sealed class OpenHub : Hub
{
    public string Any() => Context.ConnectionId;

    [ConnectAuthorize]
    public string Mesh() => Context.ConnectionId;

    [ConnectAuthorize("web")]
    [ConnectAuthorize("web", "billing")]
    public string Named() => Context.ConnectionId;
}
