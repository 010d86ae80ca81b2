using System.Net;
using System.Net.Sockets;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public sealed class AnIssuerUrl : IDisposable
{
    private readonly TcpListener _canary = new(IPAddress.Loopback, 0);
    private readonly TestCa _ca = TestCa.Create();
    private readonly string _url;

    public AnIssuerUrl()
    {
        _canary.Start();
        _url = $"http://{_canary.LocalEndpoint}/issuer.crt";
    }

    [Fact]
    public async Task Is_never_asked_whoever_names_it()
    {
        var withheld = _ca.IssueIntermediate();
        var own = withheld.IssueLeaf("api", o => o.IssuerUrl = _url);
        // With its issuer withheld a leaf of ours is refused, and read offline on the way there.
        Assert.Null(Given.Join(Given.Roots(_ca), own.With(), out _));
        var us = Given.Credentials(Given.Roots(_ca), own);
        var peer = withheld.IssueLeaf("web", o => o.IssuerUrl = _url).With();

        Assert.Equal(PeerRefusal.Chain, (await Handshake.WithCallerAsync(us, peer))?.Refusal);
        Assert.Equal(PeerRefusal.Chain, (await Handshake.WithUpstreamAsync(us, peer))?.Refusal);

        Assert.False(_canary.Pending());
    }

    public void Dispose() => _canary.Dispose();
}
