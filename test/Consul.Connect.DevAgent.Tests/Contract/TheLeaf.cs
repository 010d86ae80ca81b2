using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheLeaf(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_has_the_members_of_consul_in_its_order(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var domain = (string?)(await agent.GetAsync("/v1/connect/ca/roots")).Json!["TrustDomain"];
        var answer = await agent.GetAsync(Path("members"));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["SerialNumber", "CertPEM", "PrivateKeyPEM", "Service", "ServiceURI", "ValidAfter", "ValidBefore", "CreateIndex", "ModifyIndex"], answer.Members);
        Assert.Equal("members", (string?)answer.Json!["Service"]);
        Assert.Equal($"spiffe://{domain}/ns/default/dc/dc1/svc/members", (string?)answer.Json["ServiceURI"]);
        Assert.Equal(answer.Index, (ulong)answer.Json["ModifyIndex"]!);
        Assert.Equal("MISS", answer.Header("X-Cache"));
        Assert.Null(answer.Header("X-Consul-Knownleader"));
        Assert.Null(answer.Header("X-Consul-Lastcontact"));
    }

    [SkippableTheory, BothAgents]
    public async Task It_is_a_certificate_of_consuls_form_with_its_key(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var leaf = (await agent.GetAsync(Path("form"))).Json!;
        using var root = X509Certificate2.CreateFromPem((string?)(await agent.GetAsync("/v1/connect/ca/roots")).Json!["Roots"]![0]!["RootCert"]);
        Assert.StartsWith("-----BEGIN EC PRIVATE KEY-----\n", (string?)leaf["PrivateKeyPEM"]);
        Assert.EndsWith("-----END EC PRIVATE KEY-----\n", (string?)leaf["PrivateKeyPEM"]);
        using var certificate = X509Certificate2.CreateFromPem((string?)leaf["CertPEM"], (string?)leaf["PrivateKeyPEM"]);
        Assert.Equal(256, certificate.GetECDsaPublicKey()!.KeySize);
        Assert.Equal(TimeSpan.FromHours(72), certificate.NotAfter - certificate.NotBefore);
        Assert.Equal((string?)leaf["SerialNumber"], string.Join(':', certificate.SerialNumber.ToLowerInvariant().Chunk(2).Select(pair => new string(pair))));
        Assert.Equal((string?)leaf["ValidAfter"], certificate.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
        var isEmpty = agent.Knows(Feature.EmptySubject);
        Assert.Matches(isEmpty ? "^$" : @"^CN=form\.svc\.default\.[0-9a-f]{8}\.consul$", certificate.Subject);
        Assert.Equal(
            [("2.5.29.15", true), ("2.5.29.37", false), ("2.5.29.19", true), ("2.5.29.14", false), ("2.5.29.35", false), ("2.5.29.17", isEmpty)],
            certificate.Extensions.Select(one => (one.Oid!.Value, one.Critical)));
        Assert.Equal("030203B8", Convert.ToHexString(certificate.Extensions[0].RawData));
        Assert.Equal(["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"], Assert.IsType<X509EnhancedKeyUsageExtension>(certificate.Extensions[1]).EnhancedKeyUsages.Cast<Oid>().Select(one => one.Value));
        Assert.Equal("3000", Convert.ToHexString(certificate.Extensions[2].RawData));
        Assert.Equal(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()), Assert.IsType<X509SubjectKeyIdentifierExtension>(certificate.Extensions[3]).SubjectKeyIdentifierBytes.ToArray());
        Assert.Equal(SHA256.HashData(root.PublicKey.ExportSubjectPublicKeyInfo()), Assert.IsType<X509AuthorityKeyIdentifierExtension>(certificate.Extensions[4]).KeyIdentifier!.Value.ToArray());
        // A sequence of one general name of kind 6.
        var uri = (string?)leaf["ServiceURI"];
        Assert.Equal([0x30, (byte)(uri!.Length + 2), 0x86, (byte)uri.Length, .. Encoding.ASCII.GetBytes(uri)], certificate.Extensions[5].RawData);
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { root } } };
        Assert.True(chain.Build(certificate));
    }

    [SkippableTheory, BothAgents]
    public async Task It_is_the_same_until_its_time_comes(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var first = await agent.GetAsync(Path("same"));
        var again = await agent.GetAsync(Path("same"));
        Assert.Equal(first.Text, again.Text);
        var waited = await agent.GetAsync(Path("same") + $"?index={first.Index}&wait=300ms");
        Assert.InRange(waited.Elapsed.TotalSeconds, 0.295, 5);
        Assert.Equal(first.Text, waited.Text);
        var ahead = await agent.GetAsync(Path("same") + "?index=999999&wait=300ms");
        Assert.InRange(ahead.Elapsed.TotalSeconds, 0.295, 5);
        Assert.Equal(first.Index, ahead.Index);
        Assert.InRange((await agent.GetAsync(Path("same") + $"?index={first.Index - 1}&wait=60s")).Elapsed.TotalSeconds, 0, 20);
    }

    [SkippableTheory, BothAgents("a%20b", "a%20b"), BothAgents("Upper", "Upper"), BothAgents("%C3%BC%24+%21x", "%C3%BC$+%21x")]
    public async Task Any_name_is_escaped_into_its_identity_and_keeps_its_case(AgentKind kind, string path, string identity)
    {
        var leaf = (await (await agents.GetAsync(kind)).GetAsync(Path(path))).Json!;
        Assert.EndsWith("/svc/" + identity, (string?)leaf["ServiceURI"]);
        Assert.Equal(Uri.UnescapeDataString(path), (string?)leaf["Service"]);
    }

    [SkippableTheory, BothAgents("a%2Fb", "SPIFFE ID is not in the expected format: spiffe://"), BothAgents("", "URI must be either service")]
    public async Task A_name_that_makes_no_identity_is_refused(AgentKind kind, string path, string text)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(Path(path));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.StartsWith(text, answer.Text);
    }

    [SkippableTheory, BothAgents("?ns=other"), BothAgents("?ns=default")]
    public async Task A_community_agent_refuses_namespaces(AgentKind kind, string query)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(Path("web") + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith("Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature", answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task A_community_agent_refuses_the_namespace_header_and_lets_an_empty_parameter_pass(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.SendAsync(HttpMethod.Get, Path("web"), headers: ("X-Consul-Namespace", "other"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith("Invalid header: \"X-Consul-Namespace\" - Namespaces are a Consul Enterprise feature", answer.Text);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync(Path("web") + "?ns=")).Status);
    }

    private static string Path(string service) => "/v1/agent/connect/ca/leaf/" + service;
}
