using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class AChainThatIsTooMuch
{
    private readonly TestCa _ca = TestCa.Create();
    private readonly MeshCredentials _us;

    public AChainThatIsTooMuch() => _us = Given.Credentials(_ca);

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Is_refused_beyond_five_certificates(int intermediates, bool accepted)
    {
        var issuer = _ca;
        for (var i = 0; i < intermediates; i++)
            issuer = issuer.IssueIntermediate(o => o.PathLength = 9);

        Assert.Equal(accepted, await IsAcceptedAsync(issuer.IssueLeaf("web")));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Is_refused_when_the_peer_sends_more_than_five_although_one_would_do(int others, bool accepted)
    {
        var strangers = Enumerable.Range(0, others).Select(_ => TestCa.Create().Certificate).ToArray();

        Assert.Equal(accepted, _us.Verdict(_ca.IssueLeaf("web").With(strangers)).Peer is not null);
    }

    [Theory]
    [InlineData(20_000, true)]
    [InlineData(40_000, false)]
    public async Task Is_refused_beyond_32_KiB(int size, bool accepted) =>
        Assert.Equal(accepted, await IsAcceptedAsync(_ca.IssueLeaf("web", o => o.ExtraExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.2", new byte[size], critical: false)))));

    [Fact]
    [Trait("Case", "IDN-011")]
    public async Task Is_refused_with_a_name_of_a_mebibyte()
    {
        var leaf = _ca.IssueLeaf("web", o => o.UriNames = [$"spiffe://{_ca.TrustDomain}/ns/default/dc/dc1/svc/{new string('a', 1 << 20)}"]);

        Assert.Null(_us.Verdict(leaf).Peer);
        Assert.False(await IsAcceptedAsync(leaf));
    }

    [Fact]
    public void Does_not_count_what_the_agent_lists()
    {
        var others = Enumerable.Range(0, 6).Select(_ => _ca.IssueIntermediate().Certificate).ToArray();
        var us = Given.Credentials(new(_ca.Id, _ca.TrustDomain, [Given.Root(_ca, true, others)]), _ca.IssueLeaf("api"));

        Assert.NotNull(us.Verdict(_ca.IssueIntermediate().IssueLeaf("web")).Peer);
    }

    // The same from both ends: only on one of them SslStream lists the leaf among what the peer sent.
    private async Task<bool> IsAcceptedAsync(TestCaLeaf leaf)
    {
        var caller = await Handshake.WithCallerAsync(_us, leaf);
        var upstream = await Handshake.WithUpstreamAsync(_us, leaf);
        Assert.Equal(caller?.Peer is null, upstream?.Peer is null);
        return caller?.Peer is not null;
    }
}
