using Microsoft.AspNetCore.SignalR;

namespace ConsulConnect.Tests.Attributes;

[ConnectAuthorize("web", "billing")]
internal sealed class GuardedHub : Hub
{
    public string Any() => "in";

    [ConnectAuthorize("web")]
    public string Named() => "in";
}

internal sealed class OpenHub : Hub
{
    public string Any() => "in";

    [ConnectAuthorize]
    public string Mesh() => "in";

    [ConnectAuthorize("web")]
    [ConnectAuthorize("web", "billing")]
    public string Named() => "in";
}
