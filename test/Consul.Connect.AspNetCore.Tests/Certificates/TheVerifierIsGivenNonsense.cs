using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class TheVerifierIsGivenNonsense
{
    private readonly TestCa _ca = TestCa.Create();
    private readonly MeshCredentials _us;

    public TheVerifierIsGivenNonsense() => _us = Given.Credentials(_ca);

    [Fact]
    public void No_certificate_is_its_own_reason()
    {
        using var chain = new X509Chain();

        Assert.Equal(PeerRefusal.NoCertificate, Verify(null, null, SslPolicyErrors.RemoteCertificateNotAvailable).Refusal);
        Assert.Equal(PeerRefusal.NoCertificate, Verify(null, chain, SslPolicyErrors.None).Refusal);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused_in_the_handshake() =>
        Assert.Equal(PeerRefusal.NoCertificate, (await Handshake.WithCallerAsync(_us, peer: null))?.Refusal);

    [Fact]
    public void A_missing_chain_is_refused_whatever_the_errors_say() =>
        Assert.Equal(PeerRefusal.Chain, Verify(_ca.IssueLeaf("web").Certificate, null, SslPolicyErrors.None).Refusal);

    [Fact]
    public void A_chain_built_against_other_roots_than_the_meshs_does_not_count()
    {
        using var chain = new X509Chain();

        var verdict = Verify(_ca.IssueLeaf("web").Certificate, chain, SslPolicyErrors.None);

        Assert.Equal(PeerRefusal.Chain, verdict.Refusal);
        Assert.Contains("the mesh's roots", verdict.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, true, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, false, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, false, false)]
    [InlineData((SslPolicyErrors)64, false, false)]
    public void Only_a_mismatch_of_host_names_is_forgiven_and_only_of_upstreams(SslPolicyErrors errors, bool isCaller, bool accepted)
    {
        var role = isCaller ? PeerRole.Caller : PeerRole.Upstream;
        var leaf = _ca.IssueLeaf("web");
        using var chain = new X509Chain { ChainPolicy = _us.Policy(role).Clone() };
        Assert.True(chain.Build(leaf.Certificate));

        Assert.Equal(accepted, PeerVerifier.Verify(leaf.Certificate, chain, errors, _us, role).Peer is not null);
    }

    [Fact]
    public void A_fault_of_ours_refuses_the_peer()
    {
        var leaf = _ca.IssueLeaf("web");
        using var chain = new X509Chain { ChainPolicy = _us.CallerPolicy.Clone() };
        Assert.True(chain.Build(leaf.Certificate));
        leaf.Certificate.Dispose();

        var verdict = Verify(leaf.Certificate, chain, SslPolicyErrors.None);

        Assert.Null(verdict.Peer);
        Assert.Equal(PeerRefusal.VerifierFault, verdict.Refusal);
    }

    private PeerVerdict Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        PeerVerifier.Verify(certificate, chain, errors, _us, PeerRole.Caller);
}
