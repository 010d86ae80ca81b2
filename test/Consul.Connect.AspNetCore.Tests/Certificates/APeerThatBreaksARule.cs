using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class APeerThatBreaksARule
{
    private readonly TestCa _ca = TestCa.Create();
    private readonly MeshCredentials _us;

    public APeerThatBreaksARule() => _us = Given.Credentials(_ca);

    [Fact]
    public void Is_refused_when_it_is_a_CA() =>
        Refused(PeerRefusal.LeafRules, "CA certificate", o => o.IsAuthority = true);

    [Fact]
    public void Is_refused_when_it_is_the_root_itself() =>
        Refused(PeerRefusal.LeafRules, "CA certificate", _us.Verdict(new("web", "", _ca.Certificate, [], "")));

    [Theory]
    [InlineData(true, TestCaLeafOptions.ServerAuth)]
    [InlineData(false, TestCaLeafOptions.ClientAuth)]
    [InlineData(true, TestCaLeafOptions.AnyPurpose)]
    [InlineData(false, TestCaLeafOptions.AnyPurpose)]
    [InlineData(true, "1.3.6.1.5.5.7.3.4")]
    public void Is_refused_when_its_purposes_lack_the_role(bool isCaller, string purpose)
    {
        var verdict = _us.Verdict(_ca.IssueLeaf("web", o => o.Purposes = [purpose]), Role(isCaller));

        Assert.Null(verdict.Peer);
        Assert.True(verdict.Refusal is PeerRefusal.Chain or PeerRefusal.LeafRules);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Is_refused_when_it_states_no_purpose(bool isCaller) =>
        Refused(PeerRefusal.LeafRules, "is not for TLS", _us.Verdict(_ca.IssueLeaf("web", o => o.Purposes = []), Role(isCaller)));

    [Theory]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign)]
    [InlineData(X509KeyUsageFlags.KeyEncipherment)]
    public void Is_refused_when_its_key_usage_is_not_a_leafs(X509KeyUsageFlags usage) =>
        Assert.Null(_us.Verdict(_ca.IssueLeaf("web", o => o.KeyUsage = usage)).Peer);

    [Theory, InlineData(TestCaKey.Rsa1024), InlineData(TestCaKey.EcP224)]
    public void Is_refused_when_its_key_is_weak(TestCaKey key) =>
        Refused(PeerRefusal.LeafRules, "has a key other than", o => o.Key = key);

    [Fact]
    public void Is_refused_when_its_signature_is_weak() =>
        Refused(PeerRefusal.LeafRules, "too weak", o => o.SignatureHash = HashAlgorithmName.SHA1);

    [Fact]
    public void Is_refused_when_it_has_ended() =>
        Refused(PeerRefusal.Expired, "not valid now", o => (o.NotBefore, o.NotAfter) = (DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddSeconds(-5)));

    [Fact]
    public void Is_refused_when_it_is_not_valid_yet() =>
        Refused(PeerRefusal.Expired, "not valid now", o => o.NotBefore = DateTimeOffset.UtcNow.AddMinutes(10));

    [Fact]
    public void Is_refused_when_another_CA_of_the_same_name_issued_it() =>
        Refused(PeerRefusal.Chain, "does not chain", _us.Verdict(TestCa.Create(configure: o => o.Subject = _ca.Certificate.Subject).IssueLeaf("web")));

    [Fact]
    public void Is_refused_when_it_brings_its_own_root()
    {
        var rogue = TestCa.Create();

        Refused(PeerRefusal.Chain, "does not chain", _us.Verdict(rogue.IssueLeaf("web").With(rogue.Certificate)));
    }

    [Fact]
    public void Is_refused_when_another_leaf_issued_it() =>
        Refused(PeerRefusal.Chain, "does not chain", _us.Verdict(_ca.IssueIntermediate(o => o.IsAuthority = false).IssueLeaf("web")));

    [Fact]
    public void Is_refused_below_more_intermediates_than_the_path_length_allows() =>
        Refused(PeerRefusal.Chain, "does not chain", _us.Verdict(_ca.IssueIntermediate(o => o.PathLength = 0).IssueIntermediate().IssueLeaf("web")));

    [Fact]
    public void Is_refused_with_a_critical_extension_nobody_knows() =>
        Refused(PeerRefusal.Chain, "does not chain", o => o.ExtraExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [0x05, 0x00], critical: true)));

    [Fact]
    public void Is_refused_below_an_intermediate_that_may_not_name_this_trust_domain()
    {
        // NameConstraints: excludedSubtrees, one URI host.
        var host = System.Text.Encoding.ASCII.GetBytes(_ca.TrustDomain);
        byte[] name = [0x86, (byte)host.Length, .. host];
        byte[] subtree = [0x30, (byte)name.Length, .. name];
        byte[] excluded = [0xA1, (byte)subtree.Length, .. subtree];
        var constraints = new X509Extension("2.5.29.30", [0x30, (byte)excluded.Length, .. excluded], critical: true);

        Refused(PeerRefusal.Chain, "does not chain", _us.Verdict(_ca.IssueIntermediate(o => o.ExtraExtensions.Add(constraints)).IssueLeaf("web")));
    }

    [Theory]
    [InlineData("spiffe://{0}/agent/client/dc/dc1/id/x", "an agent")]
    [InlineData("spiffe://{0}/agent/server/dc/dc1", "a Consul server")]
    [InlineData("spiffe://{0}/gateway/mesh/dc/dc1", "a mesh gateway")]
    [InlineData("spiffe://{0}/ap/p1/gateway/mesh/dc/dc1", "a mesh gateway")]
    [InlineData("spiffe://{0}/ap/default/ns/default/identity/web", "a workload")]
    [InlineData("spiffe://{0}", "a trust domain")]
    [Trait("Case", "IDN-038")]
    [Trait("Case", "IDN-039")]
    [Trait("Case", "IDN-040")]
    [Trait("Case", "IDN-041")]
    public void Is_refused_when_it_is_not_a_service(string uri, string what) =>
        Refused(PeerRefusal.NotAService, what, o => o.UriNames = [string.Format(null, uri, _ca.TrustDomain)]);

    [Theory]
    [InlineData("99991111-2222-3333-4444-555555555555.consul")]
    [InlineData("11111111-2222-3333-4444-555555555555.CONSUL")]
    [InlineData("11111111-2222-3333-4444-555555555555.consul.")]
    [InlineData("11111111-2222-3333-4444-555555555555.consul.evil.example")]
    [InlineData("x11111111-2222-3333-4444-555555555555.consul")]
    [Trait("Case", "IDN-015")]
    [Trait("Case", "IDN-016")]
    [Trait("Case", "IDN-017")]
    [Trait("Case", "IDN-018")]
    [Trait("Case", "IDN-019")]
    public void Is_refused_when_it_is_of_another_trust_domain(string trustDomain) =>
        Refused(PeerRefusal.TrustDomain, trustDomain, o => o.TrustDomain = trustDomain);

    private static PeerRole Role(bool isCaller) => isCaller ? PeerRole.Caller : PeerRole.Upstream;

    private void Refused(PeerRefusal refusal, string detail, Action<TestCaLeafOptions> configure) =>
        Refused(refusal, detail, _us.Verdict(_ca.IssueLeaf("web", configure)));

    private static void Refused(PeerRefusal refusal, string detail, PeerVerdict verdict)
    {
        Assert.Null(verdict.Peer);
        Assert.Equal(refusal, verdict.Refusal);
        Assert.Contains(detail, verdict.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", verdict.Detail, StringComparison.Ordinal);
    }
}
