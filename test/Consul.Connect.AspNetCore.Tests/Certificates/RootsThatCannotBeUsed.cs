using ConsulConnect.Agent;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class RootsThatCannotBeUsed
{
    private readonly TestCa _ca = TestCa.Create();

    [Fact]
    public void An_empty_list_is_refused() => Refused(new("", _ca.TrustDomain, []), "lists no root");

    [Fact]
    public void A_missing_trust_domain_is_refused() => Refused(Given.Roots(_ca) with { TrustDomain = "" }, "name no trust domain");

    [Fact]
    public void An_active_root_outside_the_list_is_refused() => Refused(Given.Roots(_ca) with { ActiveRootId = "00:11" }, "not in its list");

    [Fact]
    public void A_list_without_an_active_root_is_refused() => Refused(new("", _ca.TrustDomain, [Given.Root(_ca)]), "is active");

    [Theory]
    [InlineData("")]
    [InlineData("no PEM at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    public void One_bad_certificate_refuses_the_whole_list(string pem)
    {
        var good = Given.Root(_ca, isActive: true);

        Refused(new(_ca.Id, _ca.TrustDomain, [good, good with { RootCert = pem }]), "a certificate among the agent's roots");
        Refused(new(_ca.Id, _ca.TrustDomain, [good with { IntermediateCerts = [pem] }]), "a certificate among the agent's roots");
        Refused(new(_ca.Id, _ca.TrustDomain, [good with { RootCert = good.RootCert + "-----BEGIN " }]), "a certificate among the agent's roots");
    }

    [Fact]
    public void Every_listed_root_is_an_anchor_once_and_intermediates_are_none()
    {
        var (active, old) = (TestCa.Create(), _ca);
        var cross = old.CrossSign(active);
        CaRoots answer = new(active.Id, active.TrustDomain, [Given.Root(active, true, cross), Given.Root(old), Given.Root(old)]);

        Assert.True(TrustedRoots.TryParse(answer, out var roots, out _));

        Assert.Equal([active.Certificate.Thumbprint, old.Certificate.Thumbprint], roots.Anchors.Select(c => c.Thumbprint));
        Assert.Equal(cross.Thumbprint, Assert.Single(roots.Intermediates).Thumbprint);
    }

    [Fact]
    public void Equal_roots_in_another_order_are_equal_roots()
    {
        var (a, b) = (TestCa.Create(), TestCa.Create());

        Assert.True(TrustedRoots.TryParse(Given.Roots(a, b), out var one, out _));
        Assert.True(TrustedRoots.TryParse(Given.Roots(b, a), out var other, out _));
        Assert.True(TrustedRoots.TryParse(Given.Roots(a), out var less, out _));

        Assert.Equal(one.Fingerprint, other.Fingerprint);
        Assert.NotEqual(one.Fingerprint, less.Fingerprint);
    }

    private static void Refused(CaRoots answer, string because)
    {
        Assert.False(TrustedRoots.TryParse(answer, out _, out var reason));
        Assert.Contains(because, reason, StringComparison.Ordinal);
    }
}
