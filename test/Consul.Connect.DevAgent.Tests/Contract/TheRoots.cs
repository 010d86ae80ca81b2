using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheRoots(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Agent = "/v1/agent/connect/ca/roots";
    private const string Server = "/v1/connect/ca/roots";

    [SkippableTheory, BothAgents(Agent), BothAgents(Server)]
    public async Task They_are_listed_with_the_members_of_consul_in_its_order(AgentKind kind, string path)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
        Assert.Equal(["ActiveRootID", "TrustDomain", "Roots"], answer.Members);
        var root = Assert.Single(answer.Json!["Roots"]!.AsArray())!;
        Assert.Equal(
            ["ID", "Name", "SerialNumber", "SigningKeyID", "ExternalTrustDomain", "NotBefore", "NotAfter", "RootCert", "IntermediateCerts", "Active", "PrivateKeyType", "PrivateKeyBits", "CreateIndex", "ModifyIndex"],
            root.AsObject().Select(member => member.Key));
        Assert.Null(root["IntermediateCerts"]);
        Assert.True((bool)root["Active"]!);
        Assert.Equal("ec", (string?)root["PrivateKeyType"]);
        Assert.Equal(256, (int)root["PrivateKeyBits"]!);
        Assert.Equal((string?)answer.Json["TrustDomain"], root["ExternalTrustDomain"] + ".consul");
        Assert.Equal((string?)answer.Json["ActiveRootID"], (string?)root["ID"]);
    }

    [SkippableTheory, BothAgents]
    public async Task A_root_is_the_certificate_it_claims_to_be(AgentKind kind)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(Agent);
        var root = answer.Json!["Roots"]![0]!;
        Assert.EndsWith("-----END CERTIFICATE-----\n", (string?)root["RootCert"]);
        using var certificate = X509Certificate2.CreateFromPem((string?)root["RootCert"]);
        Assert.Equal((string?)root["ID"], Colons(certificate.GetCertHash(HashAlgorithmName.SHA1)));
        Assert.Equal((string?)root["SigningKeyID"], Colons(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())));
        Assert.Equal((ulong)root["SerialNumber"]!, Convert.ToUInt64(certificate.SerialNumber, 16));
        Assert.Equal((string?)root["NotBefore"], certificate.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
        Assert.Equal((string?)root["NotAfter"], certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
        Assert.Matches(@"^CN=pri-[a-z0-9]{7,8}\.consul\.ca\.[0-9a-f]{8}\.consul$", certificate.Subject);
        Assert.Equal(certificate.Subject, certificate.Issuer);
        Assert.Equal(
            [("2.5.29.15", true, "0186"), ("2.5.29.19", true, "30030101FF")],
            certificate.Extensions.Take(2).Select(one => (one.Oid!.Value, one.Critical, Convert.ToHexString(one.RawData)[^(one.Oid.Value == "2.5.29.15" ? 4 : 10)..])));
        Assert.Equal(["2.5.29.14", "2.5.29.35", "2.5.29.17"], certificate.Extensions.Skip(2).Select(one => one.Oid!.Value));
        Assert.Contains($"spiffe://{answer.Json["TrustDomain"]}", System.Text.Encoding.ASCII.GetString(certificate.Extensions[4].RawData));
    }

    [SkippableTheory, BothAgents]
    public async Task The_agent_serves_them_from_its_cache_and_says_so(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.GetAsync(Agent);
        var again = await agent.GetAsync(Agent);
        Assert.Equal("HIT", again.Header("X-Cache"));
        Assert.Equal("0", again.Header("Age"));
        Assert.Equal("0", again.Header("X-Consul-Lastcontact"));
        var waited = await agent.GetAsync($"{Agent}?index={again.Index}&wait=50ms");
        Assert.Equal("MISS", waited.Header("X-Cache"));
        Assert.Null(waited.Header("Age"));
        Assert.Equal(again.Index, waited.Index);
        Assert.Null((await agent.GetAsync(Server)).Header("X-Cache"));
    }

    [SkippableTheory, BothAgents(Agent), BothAgents(Server)]
    public async Task An_index_that_is_known_or_ahead_waits_and_one_behind_does_not(AgentKind kind, string path)
    {
        var agent = await agents.GetAsync(kind);
        var index = (await agent.GetAsync(path)).Index!.Value;
        Assert.InRange((await agent.GetAsync($"{path}?index={index}&wait=300ms")).Elapsed.TotalSeconds, 0.295, 5);
        Assert.InRange((await agent.GetAsync($"{path}?index=99999&wait=300ms")).Elapsed.TotalSeconds, 0.295, 5);
        Assert.Equal(index, (await agent.GetAsync($"{path}?index=99999&wait=10ms")).Index);
        Assert.InRange((await agent.GetAsync($"{path}?index={index - 1}&wait=60s")).Elapsed.TotalSeconds, 0, 20);
        Assert.InRange((await agent.GetAsync($"{path}?index=0&wait=60s")).Elapsed.TotalSeconds, 0, 20);
    }

    [SkippableTheory, BothAgents("index=abc", "Invalid index"), BothAgents("index=-1", "Invalid index"), BothAgents("index=9&wait=3", "Invalid wait time"), BothAgents("wait=abc", "Invalid wait time")]
    [BothAgents("stale&consistent", "Cannot specify ?stale with ?consistent, conflicting semantics."), BothAgents("cached&consistent", "Cannot specify ?cached with ?consistent, conflicting semantics.")]
    public async Task A_malformed_question_is_refused(AgentKind kind, string query, string text)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync($"{Server}?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(text, answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task The_servers_come_as_pem_when_that_is_asked_for(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var root = (string?)(await agent.GetAsync(Server)).Json!["Roots"]![0]!["RootCert"];
        var pem = await agent.GetAsync($"{Server}?pem=true");
        Assert.Equal("application/pem-certificate-chain", pem.Header("Content-Type"));
        Assert.Equal(root, pem.Text);
        Assert.Equal("application/json", (await agent.GetAsync($"{Agent}?pem=true")).Header("Content-Type"));
        Assert.Equal("application/json", (await agent.GetAsync($"{Server}?pem")).Header("Content-Type"));
        var neither = await agent.GetAsync($"{Server}?pem=maybe");
        Assert.Equal(HttpStatusCode.BadRequest, neither.Status);
        Assert.EndsWith("The 'pem' query parameter must be a boolean value", neither.Text);
    }

    [SkippableTheory, BothAgents(Agent), BothAgents(Server)]
    public async Task Another_datacenter_cannot_be_reached(AgentKind kind, string path)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(path + "?dc=elsewhere");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("No path to datacenter", answer.Text);
    }

    [SkippableTheory, BothAgents("?ns=other"), BothAgents("?ns=default")]
    public async Task They_have_no_namespace_to_refuse(AgentKind kind, string query) =>
        Assert.Equal(HttpStatusCode.OK, (await (await agents.GetAsync(kind)).GetAsync(Agent + query)).Status);

    [SkippableTheory, BothAgents]
    public async Task Pretty_json_has_four_spaces_and_markup_is_escaped(AgentKind kind)
    {
        var answer = await (await agents.GetAsync(kind)).GetAsync(Agent + "?pretty");
        Assert.Matches(new Regex("\\A\\{\n    \"ActiveRootID\": "), answer.Text);
        Assert.EndsWith("\n}\n", answer.Text);
    }

    [SkippableTheory, BothAgents("PUT"), BothAgents("POST"), BothAgents("DELETE")]
    public async Task Another_method_is_named_in_the_refusal(AgentKind kind, string method)
    {
        var answer = await (await agents.GetAsync(kind)).SendAsync(new(method), Agent);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal("OPTIONS,GET", answer.Header("Allow"));
        Assert.Equal($"method {method} not allowed", answer.Text);
    }

    [SkippableTheory, BothAgents(Server, "OPTIONS,GET"), BothAgents("/v1/connect/ca/configuration", "OPTIONS,GET,PUT"), BothAgents("/v1/agent/connect/authorize", "OPTIONS,POST")]
    public async Task Options_tell_what_is_allowed(AgentKind kind, string path, string allowed)
    {
        var answer = await (await agents.GetAsync(kind)).SendAsync(HttpMethod.Options, path);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(allowed, answer.Header("Allow"));
        Assert.Equal("", answer.Text);
    }

    private static string Colons(byte[] bytes) => string.Join(':', bytes.Select(one => one.ToString("x2")));
}
