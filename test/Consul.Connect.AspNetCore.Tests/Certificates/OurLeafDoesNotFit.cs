using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class OurLeafDoesNotFit
{
    private readonly TestCa _ca = TestCa.Create();

    [Fact]
    public void A_leaf_of_other_roots_is_not_used() =>
        Assert.Contains("does not chain to the 1 trusted roots", Reason(TestCa.Create().IssueLeaf("api")), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_of_another_trust_domain_is_not_used() =>
        Assert.Contains("other.consul", Reason(_ca.IssueLeaf("api", o => o.TrustDomain = "other.consul")), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_that_has_ended_is_not_used() =>
        Assert.Contains("the leaf ended at", Reason(_ca.IssueLeaf("api", o => (o.NotBefore, o.NotAfter) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(-1)))), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_that_has_not_begun_is_not_used() =>
        Assert.Contains("is a clock wrong?", Reason(_ca.IssueLeaf("api", o => o.NotBefore = DateTimeOffset.UtcNow.AddMinutes(2))), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_for_one_role_alone_is_not_used() =>
        Assert.Contains("is not for TLS clients (clientAuth)", Reason(_ca.IssueLeaf("api", o => o.Purposes = [TestCaLeafOptions.ServerAuth])), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_of_another_service_is_not_used() =>
        Assert.Equal("the leaf names the service \"api\", not \"web\"", Parse(Given.Issued(_ca.IssueLeaf("api")), "web"));

    [Fact]
    [Trait("Case", "L4-037")]
    public void A_name_that_differs_in_case_has_its_own_message() =>
        Assert.Contains("differ in case", Parse(Given.Issued(_ca.IssueLeaf("api")), "API"), StringComparison.Ordinal);

    [Fact]
    public void A_leaf_of_another_namespace_or_partition_is_not_used()
    {
        var (issued, other) = (Given.Issued(_ca.IssueLeaf("api")), Given.Issued(_ca.IssueLeaf("api")));

        Assert.False(Consume(issued, new("api", "team"), out var reason));
        Assert.Equal("the leaf is of the namespace \"default\", not \"team\"", reason);
        Assert.False(Consume(other, new("api", "default", "p1"), out reason));
        Assert.Equal("the leaf is of the partition \"default\", not \"p1\"", reason);
    }

    [Fact]
    public void A_key_of_another_leaf_is_not_used()
    {
        var (one, other) = (_ca.IssueLeaf("api"), _ca.IssueLeaf("api"));

        Assert.Equal("the leaf's private key does not belong to its certificate", Parse(Issued(one.CertPem, other.PrivateKeyPem)));
    }

    [Theory]
    [InlineData(TestCaKey.EcP256)]
    [InlineData(TestCaKey.EcP384)]
    [InlineData(TestCaKey.Rsa2048)]
    public void A_key_is_read_in_SEC1_PKCS1_and_PKCS8(TestCaKey kind)
    {
        var leaf = _ca.IssueLeaf("api", o => o.Key = kind);
        AsymmetricAlgorithm key = leaf.Certificate.GetECDsaPrivateKey() is { } ec ? ec : leaf.Certificate.GetRSAPrivateKey()!;

        Assert.Null(Parse(Issued(leaf.CertPem, leaf.PrivateKeyPem)));
        Assert.Null(Parse(Issued(leaf.CertPem, key.ExportPkcs8PrivateKeyPem())));
    }

    [Fact]
    public void An_encrypted_key_is_named_as_such()
    {
        var leaf = _ca.IssueLeaf("api");
        var key = leaf.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));

        Assert.Contains("is of a kind that is not supported", Parse(Issued(leaf.CertPem, key.Replace("ENCRYPTED ", "OTHER ", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("is encrypted", Parse(Issued(leaf.CertPem, key)), StringComparison.Ordinal);
        Assert.Contains("is encrypted", Parse(Issued(leaf.CertPem, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_Ed25519_key_is_named_as_unsupported()
    {
        byte[] der = [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, .. new byte[32]];

        Assert.Contains("EC and RSA are", Parse(Issued(_ca.IssueLeaf("api").CertPem, PemEncoding.WriteString("PRIVATE KEY", der))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")]
    public void A_key_that_cannot_be_read_is_refused(string key) =>
        Assert.StartsWith("the leaf's private key ", Parse(Issued(_ca.IssueLeaf("api").CertPem, key)), StringComparison.Ordinal);

    [Fact]
    public void The_leaf_is_found_by_its_key_and_its_intermediates_are_sent_once_each()
    {
        var intermediate = _ca.IssueIntermediate();
        var leaf = intermediate.IssueLeaf("api");
        var pem = intermediate.CertificatePem + leaf.CertPem + intermediate.CertificatePem;

        Assert.True(Given.TryParse(Issued(pem, leaf.PrivateKeyPem), "api", out var parsed, out _));

        Assert.Equal(leaf.Certificate.Thumbprint, parsed.Certificate.Thumbprint);
        Assert.Equal(intermediate.Certificate.Thumbprint, Assert.Single(parsed.Context.IntermediateCertificates).Thumbprint);
    }

    [Fact]
    public void The_keys_text_is_wiped_whether_it_was_of_use_or_not()
    {
        var (good, bad) = (Given.Issued(_ca.IssueLeaf("api")), Given.Issued(_ca.IssueLeaf("web")));

        Assert.Null(Parse(good));
        Assert.NotNull(Parse(bad));

        Assert.All([.. good.PrivateKeyPem, .. bad.PrivateKeyPem], b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task What_fits_serves_callers_and_upstreams()
    {
        var intermediate = _ca.IssueIntermediate();
        var us = Given.Credentials(Given.Roots(_ca), intermediate.IssueLeaf("api"));
        var peer = _ca.IssueLeaf("web");

        Assert.Equal("api", us.Self.Service);
        Assert.Equal(us.Leaf.NotAfter.ToUniversalTime(), us.NotAfter.UtcDateTime);
        Assert.NotNull((await Handshake.WithCallerAsync(us, peer))?.Peer);
        Assert.NotNull((await Handshake.WithUpstreamAsync(us, peer))?.Peer);
    }

    private string? Reason(TestCaLeaf own)
    {
        Assert.Null(Given.Join(Given.Roots(_ca), own, out var reason));
        return reason;
    }

    private static string? Parse(IssuedLeaf issued, string service = "api") => Given.TryParse(issued, service, out _, out var reason) ? null : reason;

    private static bool Consume(IssuedLeaf issued, ConsulConnect.Certificates.ExpectedService expected, out string? reason) =>
        ConsulConnect.Certificates.OwnLeaf.TryParse(issued.CertPem, issued.PrivateKeyPem, expected, out _, out reason);

    private static IssuedLeaf Issued(string certPem, string keyPem) => new("api", Encoding.UTF8.GetBytes(certPem), Encoding.UTF8.GetBytes(keyPem));
}
