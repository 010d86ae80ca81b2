using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheAuthoritysConfiguration(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/ca/configuration";
    private const string Roots = "/v1/agent/connect/ca/roots";

    [SkippableTheory, BothAgents]
    public async Task It_is_read_as_it_was_written(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var before = await agent.GetAsync(Path);
        Assert.Equal(["Provider", "Config", "State", "ForceWithoutCrossSigning", "CreateIndex", "ModifyIndex"], before.Members);
        Assert.Equal("consul", (string?)before.Json!["Provider"]);
        Assert.Equal("72h", (string?)before.Json["Config"]!["LeafCertTTL"]);
        var put = await agent.PutAsync(Path, """{"Provider":"consul","Config":{"LeafCertTTL":"2h","Bogus":1}}""");
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal("", put.Text);
        var after = await agent.GetAsync(Path);
        Assert.Equal("""{"Bogus":1,"LeafCertTTL":"2h"}""", new JsonObject(after.Json!["Config"]!.AsObject().OrderBy(one => one.Key).Select(one => KeyValuePair.Create(one.Key, one.Value?.DeepClone()))).ToJsonString());
        Assert.True((ulong)after.Json["ModifyIndex"]! > (ulong)before.Json["ModifyIndex"]!);
        using var leaf = X509Certificate2.CreateFromPem((string?)(await agent.GetAsync("/v1/agent/connect/ca/leaf/configured")).Json!["CertPEM"]);
        Assert.Equal(TimeSpan.FromHours(2), leaf.NotAfter - leaf.NotBefore);
    }

    [SkippableTheory]
    [BothAgents("""{"Provider":"consul","Config":{"LeafCertTTL":"59m"}}""", "error configuring provider: leaf cert TTL must be greater or equal than 1h0m0s")]
    [BothAgents("""{"Provider":"consul","Config":{"LeafCertTTL":"9000h"}}""", "error configuring provider: leaf cert TTL must be less than 8760h0m0s")]
    [BothAgents("""{"Provider":"consul","Config":{"LeafCertTTL":"5000h"}}""", "error configuring provider: Intermediate Cert TTL must be greater or equal than 3 * LeafCertTTL (>=15000h0m0s).")]
    [BothAgents("""{"Provider":"consul","Config":{"LeafCertTTL":"abc"}}""", "error configuring provider: error decoding config: 1 error(s) decoding:\n\n* error decoding 'LeafCertTTL': time: invalid duration \"abc\"")]
    [BothAgents("""{"Provider":"consul","Config":{"PrivateKeyType":"dsa"}}""", "error configuring provider: private key type must be either 'ec' or 'rsa'")]
    [BothAgents("""{"Provider":"consul","Config":{"PrivateKeyBits":100}}""", "error configuring provider: EC key length must be one of (224, 256, 384, 521) bits")]
    [BothAgents("""{"Provider":"nope","Config":{}}""", "could not initialize provider: unknown CA provider \"nope\"")]
    [BothAgents("{}", "could not initialize provider: unknown CA provider \"\"")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        var before = await agent.GetAsync(Path);
        var answer = await agent.PutAsync(Path, body);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal(text, answer.Text);
        Assert.Equal(before.Text, (await agent.GetAsync(Path)).Text);
    }

    [SkippableTheory, BothAgents("{\"Prov", "Request decode failed: unexpected EOF"), BothAgents("", "Request decode failed: EOF"), BothAgents("""{"Provider":"consul","Bogus":1}""", "Request decode failed: json: unknown field \"Bogus\"")]
    public async Task A_body_that_cannot_be_read_is_refused(AgentKind kind, string body, string text)
    {
        var answer = await (await agents.GetAsync(kind)).PutAsync(Path, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith(text, answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task A_key_that_cannot_be_read_is_refused(AgentKind kind)
    {
        var answer = await (await agents.GetAsync(kind)).PutAsync(Path, """{"Provider":"consul","Config":{"PrivateKey":"nonsense"}}""");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.StartsWith("error generating CA root certificate: error generating CA: error parsing private key", answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task Another_key_makes_another_root_that_the_old_one_vouches_for(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var before = await agent.GetAsync(Roots);
        var leafBefore = await agent.GetAsync("/v1/agent/connect/ca/leaf/rotated");
        var waiting = agent.GetAsync($"{Roots}?index={before.Index}&wait=60s");
        await RotateAsync(agent);
        var after = await waiting;
        Assert.True(after.Index > before.Index);
        Assert.Equal((string?)before.Json!["TrustDomain"], (string?)after.Json!["TrustDomain"]);
        var roots = after.Json["Roots"]!.AsArray();
        Assert.Equal(2, roots.Count);
        Assert.Equal(roots.Select(root => (string?)root!["ID"]).Order(StringComparer.Ordinal), roots.Select(root => (string?)root!["ID"]));
        var old = roots.Single(root => (string?)root!["ID"] == (string?)before.Json["ActiveRootID"])!;
        var active = roots.Single(root => (string?)root!["ID"] == (string?)after.Json["ActiveRootID"])!;
        Assert.False((bool)old["Active"]!);
        Assert.True((bool)active["Active"]!);
        Assert.Null(old["IntermediateCerts"]);
        Assert.Equal((ulong)active["CreateIndex"]!, (ulong)old["ModifyIndex"]!);
        var cross = (string?)Assert.Single(active["IntermediateCerts"]!.AsArray());

        using var oldRoot = X509Certificate2.CreateFromPem((string?)old["RootCert"]);
        using var newRoot = X509Certificate2.CreateFromPem((string?)active["RootCert"]);
        using var bridge = X509Certificate2.CreateFromPem(cross);
        Assert.Equal(newRoot.Subject, bridge.Subject);
        Assert.Equal(oldRoot.Subject, bridge.Issuer);
        Assert.Equal(newRoot.PublicKey.EncodedKeyValue.RawData, bridge.PublicKey.EncodedKeyValue.RawData);
        Assert.Equal(TimeSpan.FromDays(7), bridge.NotAfter - bridge.NotBefore);

        // A leaf that nobody asked for before comes from the new root, with the bridge behind it.
        var leaf = await agent.GetAsync("/v1/agent/connect/ca/leaf/after-rotation");
        Assert.EndsWith(cross!, (string?)leaf.Json!["CertPEM"]);
        using var certificate = X509Certificate2.CreateFromPem((string?)leaf.Json["CertPEM"]);
        Assert.Equal(newRoot.Subject, certificate.Issuer);
        Assert.True(Chains(certificate, newRoot));
        Assert.True(Chains(certificate, oldRoot, bridge));
        Assert.False(Chains(certificate, oldRoot));
        Assert.Equal(HttpStatusCode.OK, leafBefore.Status);
    }

    [SkippableTheory, BothAgents]
    public async Task A_waiting_leaf_follows_a_rotation_by_itself(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var before = await agent.GetAsync("/v1/agent/connect/ca/leaf/follows");
        var waiting = agent.GetAsync($"/v1/agent/connect/ca/leaf/follows?index={before.Index}&wait=120s");
        // The real agent must have begun to watch its roots.
        await Task.WhenAny(waiting, agent.GetAsync($"{Roots}?index=999999&wait=500ms"));
        await RotateAsync(agent);
        var after = await waiting;
        Assert.True(after.Index > before.Index);
        Assert.InRange(after.Elapsed.TotalSeconds, 0, 90);
        Assert.NotEqual((string?)before.Json!["SerialNumber"], (string?)after.Json!["SerialNumber"]);
        using var leaf = X509Certificate2.CreateFromPem((string?)after.Json["CertPEM"]);
        var active = (await agent.GetAsync(Roots)).Json!["Roots"]!.AsArray().Single(root => (bool)root!["Active"]!)!;
        Assert.EndsWith((string)active["IntermediateCerts"]![0]!, (string?)after.Json["CertPEM"]);
    }

    private static async Task RotateAsync(ContractAgent agent)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var body = new JsonObject { ["Provider"] = "consul", ["Config"] = new JsonObject { ["LeafCertTTL"] = "72h", ["PrivateKey"] = key.ExportECPrivateKeyPem() + "\n" } };
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync(Path, body.ToJsonString())).Status);
    }

    private static bool Chains(X509Certificate2 leaf, X509Certificate2 root, params X509Certificate2[] intermediates)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { root } } };
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        return chain.Build(leaf);
    }
}
