using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class APeerThatKeepsTheRules
{
    public static TheoryData<SslProtocols> Protocols => [SslProtocols.Tls12, SslProtocols.Tls13];

    [Theory, MemberData(nameof(Protocols))]
    public async Task Is_accepted_with_what_Consul_1_8_issues(SslProtocols protocol)
    {
        var ca = TestCa.Create();
        var leaf = ca.IssueLeaf("web");

        var verdict = await AcceptedAsync(ca, leaf, protocol);

        var peer = verdict.Peer!;
        Assert.Equal((leaf.SpiffeId, ca.TrustDomain, "default", "default", "dc1", "web"), (peer.SpiffeId, peer.TrustDomain, peer.Partition, peer.Namespace, peer.Datacenter, peer.Service));
        Assert.Equal(leaf.Certificate.NotAfter.ToUniversalTime(), peer.NotAfter.UtcDateTime);
        Assert.Equal(leaf.SerialNumber, peer.SerialNumber);
    }

    [Fact]
    public async Task Is_accepted_below_a_foreign_RSA_root()
    {
        var ca = TestCa.Create(configure: o => (o.Key, o.HasUriName, o.Subject) = (TestCaKey.Rsa4096, false, "CN=Company Root, O=Company"));

        await AcceptedAsync(ca, ca.IssueLeaf("web"), SslProtocols.Tls12);
        await AcceptedAsync(ca, ca.IssueLeaf("web", o => o.IsSignedWithPss = true), SslProtocols.Tls13);
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Is_accepted_below_two_intermediates(SslProtocols protocol)
    {
        var ca = TestCa.Create();

        await AcceptedAsync(ca, ca.IssueIntermediate(o => o.PathLength = 1).IssueIntermediate(o => o.PathLength = 0).IssueLeaf("web"), protocol);
    }

    [Theory, MemberData(nameof(Protocols))]
    [Trait("Case", "IDN-051")]
    public async Task Is_accepted_with_an_empty_subject_and_critical_names(SslProtocols protocol)
    {
        var ca = TestCa.Create();
        var leaf = ca.IssueLeaf("web", o => o.Subject = "");
        Assert.True(leaf.Certificate.Extensions["2.5.29.17"]!.Critical);

        await AcceptedAsync(ca, leaf, protocol);
    }

    [Theory, InlineData(20), InlineData(32)]
    public async Task Is_accepted_whatever_the_length_of_key_identifiers(int length)
    {
        var ca = TestCa.Create(configure: o => o.KeyIdentifierLength = length);

        await AcceptedAsync(ca, ca.IssueIntermediate(o => o.KeyIdentifierLength = length).IssueLeaf("web", o => o.KeyIdentifierLength = length));
    }

    [Fact]
    public async Task Is_accepted_without_data_encipherment()
    {
        var ca = TestCa.Create();

        await AcceptedAsync(ca, ca.IssueLeaf("web", o => o.KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement));
    }

    [Fact]
    public async Task Is_accepted_without_basic_constraints_and_key_usage()
    {
        var ca = TestCa.Create();

        await AcceptedAsync(ca, ca.IssueLeaf("web", o => (o.IsAuthority, o.KeyUsage) = (null, null)));
    }

    [Theory, InlineData(1), InlineData(365 * 24)]
    public async Task Is_accepted_whatever_its_life(int hours)
    {
        var ca = TestCa.Create();

        await AcceptedAsync(ca, ca.IssueLeaf("web", o => o.NotAfter = DateTimeOffset.UtcNow.AddHours(hours)));
    }

    [Theory, InlineData(TestCaKey.EcP384), InlineData(TestCaKey.EcP521), InlineData(TestCaKey.Rsa2048)]
    public async Task Is_accepted_with_any_strong_key(TestCaKey key)
    {
        var ca = TestCa.Create();

        await AcceptedAsync(ca, ca.IssueLeaf("web", o => o.Key = key));
    }

    [Fact]
    public async Task Is_accepted_by_whoever_knows_only_the_old_root_when_it_sends_the_cross_signed_one()
    {
        var (old, renewed) = (TestCa.Create(), TestCa.Create());
        var us = Given.Credentials(old);
        var leaf = renewed.IssueLeaf("web");

        Assert.Equal(PeerRefusal.Chain, us.Verdict(leaf).Refusal);
        Assert.NotNull((await Handshake.WithCallerAsync(us, leaf.With(old.CrossSign(renewed))))?.Peer);
    }

    [Fact]
    public async Task Is_accepted_when_only_the_agent_knows_its_intermediate()
    {
        var ca = TestCa.Create();
        var intermediate = ca.IssueIntermediate();
        var us = Given.Credentials(new(ca.Id, ca.TrustDomain, [Given.Root(ca, true, intermediate.Certificate)]), ca.IssueLeaf("api"));

        Assert.NotNull((await Handshake.WithCallerAsync(us, intermediate.IssueLeaf("web").With()))?.Peer);
    }

    [Fact]
    public void Is_accepted_below_either_of_two_roots_of_the_same_name()
    {
        TestCa Root() => TestCa.Create(configure: o => o.Subject = "CN=the same");
        var (one, other) = (Root(), Root());
        var us = Given.Credentials(one, other);

        Assert.NotNull(us.Verdict(one.IssueLeaf("web")).Peer);
        Assert.NotNull(us.Verdict(other.IssueLeaf("web")).Peer);
    }

    // In both roles, since our end verifies callers and upstreams by different policies.
    private static async Task<PeerVerdict> AcceptedAsync(TestCa root, TestCaLeaf leaf, SslProtocols protocol = SslProtocols.Tls13)
    {
        var us = Given.Credentials(root);
        var upstream = await Handshake.WithUpstreamAsync(us, leaf, protocol);
        Assert.True(upstream?.Peer is not null, upstream?.Detail);
        var caller = await Handshake.WithCallerAsync(us, leaf, protocol);
        Assert.True(caller?.Peer is not null, caller?.Detail);
        return caller!.Value;
    }
}
