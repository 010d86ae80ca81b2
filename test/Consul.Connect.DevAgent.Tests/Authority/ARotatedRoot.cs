using System.Security.Cryptography.X509Certificates;
using ConsulConnect.DevAgent.Tests.Contract;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Authority;

public sealed class ARotatedRoot
{
    private const string Leaf = "/v1/agent/connect/ca/leaf/web";
    private const string Roots = "/v1/agent/connect/ca/roots";
    private readonly FakeTime _time = new();

    [Fact]
    public async Task The_roots_change_at_once_and_the_leaf_within_the_spread()
    {
        await using var agent = await StartAsync();
        var leaf = await agent.GetAsync(Leaf);
        var roots = await agent.GetAsync(Roots);
        var waitingForRoots = agent.GetAsync($"{Roots}?index={roots.Index}&wait=600s");
        var waitingForLeaf = agent.GetAsync($"{Leaf}?index={leaf.Index}&wait=600s");
        await _time.WaitForTimersAsync(2);
        var id = await agent.Dev!.RotateRootAsync();
        Assert.Equal(id, (string?)(await waitingForRoots).Json!["ActiveRootID"]);
        await Eventually.HoldsAsync("the leaf waits for its moment", () => _time.NextDue <= TimeSpan.FromSeconds(3.002));
        Assert.False(waitingForLeaf.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(3.01));
        using var renewed = X509Certificate2.CreateFromPem((string?)(await waitingForLeaf).Json!["CertPEM"]);
        Assert.Equal(await SubjectAsync(agent, id), renewed.Issuer);
    }

    [Fact]
    public async Task The_old_one_is_listed_until_it_is_removed()
    {
        await using var agent = await StartAsync();
        await agent.Dev!.RotateRootAsync();
        Assert.Equal(2, (await agent.GetAsync(Roots)).Json!["Roots"]!.AsArray().Count);
        var id = await agent.Dev.RotateRootAsync(removeOld: true);
        Assert.Equal([id], (await agent.GetAsync(Roots)).Json!["Roots"]!.AsArray().Select(root => (string?)root!["ID"]));
    }

    [Fact]
    public async Task An_issued_leaf_is_signed_by_it_and_brings_the_way_to_the_old_one()
    {
        await using var agent = await StartAsync();
        using var before = await agent.Dev!.IssueLeafAsync("web");
        Assert.Empty(before.Intermediates);
        await agent.Dev.RotateRootAsync();
        using var after = await agent.Dev.IssueLeafAsync("web");
        Assert.Equal(2, after.Roots.Count);
        Assert.Equal(before.Roots[0].Subject, Assert.Single(after.Intermediates).Issuer);
        Assert.Equal($"spiffe://{agent.Dev.TrustDomain}/ns/default/dc/dc1/svc/web", after.Uri);
        Assert.True(after.Certificate.HasPrivateKey);
        Assert.DoesNotContain("PRIVATE", after.ToString());
    }

    [Fact]
    public async Task A_leaf_of_the_old_form_has_a_common_name()
    {
        await using var agent = ContractAgent.Of(await ConsulDevAgent.StartAsync(new() { LeafHasCommonName = true, TrustDomain = "0123456789ab.consul" }));
        using var leaf = await agent.Dev!.IssueLeafAsync("My_Service-2");
        Assert.Equal("CN=myservice2.svc.default.01234567.consul", leaf.Certificate.Subject);
        Assert.False(leaf.Certificate.Extensions.Single(one => one.Oid!.Value == "2.5.29.17").Critical);
    }

    [Theory]
    [InlineData("ec", 384), InlineData("ec", 521), InlineData("rsa", 2048)]
    public async Task Any_kind_of_key_may_sign(string type, int bits)
    {
        await using var agent = await StartAsync();
        await agent.PutAsync("/v1/connect/ca/configuration", $$$"""{"Provider":"consul","Config":{"PrivateKeyType":"{{{type}}}","PrivateKeyBits": {{{bits}}} }}""");
        var active = (await agent.GetAsync(Roots)).Json!["Roots"]!.AsArray().Single(root => (bool)root!["Active"]!)!;
        Assert.Equal((type, bits), ((string?)active["PrivateKeyType"], (int)active["PrivateKeyBits"]!));
        using var leaf = await agent.Dev!.IssueLeafAsync("web");
        using var root = X509Certificate2.CreateFromPem((string?)active["RootCert"]);
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { root }, VerificationTime = _time.GetUtcNow().DateTime } };
        Assert.True(chain.Build(leaf.Certificate));
        Assert.Equal(256, leaf.Certificate.GetECDsaPublicKey()!.KeySize);
    }

    private static async Task<string> SubjectAsync(ContractAgent agent, string id)
    {
        var root = (await agent.GetAsync(Roots)).Json!["Roots"]!.AsArray().Single(one => (string?)one!["ID"] == id)!;
        using var certificate = X509Certificate2.CreateFromPem((string?)root["RootCert"]);
        return certificate.Subject;
    }

    private async Task<ContractAgent> StartAsync() => ContractAgent.Of(await ConsulDevAgent.StartAsync(new() { Clock = _time }));
}
