using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Server;

/// <summary>No other protocol begins on a request whose decision nothing has taken.</summary>
internal sealed class GuardedUpgrade(IHttpUpgradeFeature server, PendingDecision pending) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => server.IsUpgradableRequest;

    public Task<Stream> UpgradeAsync() => pending.MayAnswer() ? server.UpgradeAsync() : throw Refusal();

    internal static InvalidOperationException Refusal() =>
        new("The caller's intention carries permissions, which Consul:Connect:Authorization:Scope leaves to endpoints with [ConnectAuthorize], and none has asked for them.");
}

/// <summary>The same where HTTP/2 begins one.</summary>
internal sealed class GuardedExtendedConnect(IHttpExtendedConnectFeature server, PendingDecision pending) : IHttpExtendedConnectFeature
{
    public bool IsExtendedConnect => server.IsExtendedConnect;

    public string? Protocol => server.Protocol;

    public ValueTask<Stream> AcceptAsync() => pending.MayAnswer() ? server.AcceptAsync() : throw GuardedUpgrade.Refusal();
}
