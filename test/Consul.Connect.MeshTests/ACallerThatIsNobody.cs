using System.Net.Http.Json;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.MeshTests;

/// <summary>Callers that prove no identity of this mesh: each is refused before any HTTP byte, and the reason is counted and logged.</summary>
public sealed class ACallerThatIsNobody(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private const string Failures = "consul.connect.handshake.failures";

    [SkippableFact]
    public async Task Without_a_certificate()
    {
        var caller = await shared.CallerAsync() with { Certificate = null };
        await IsRefusedAsync(caller, "no_cert", "presented no certificate");
    }

    [SkippableFact]
    public Task Of_a_foreign_CA() => IsRefusedAsync(Foreign(foreign => foreign.IssueLeaf("web")), "chain", "does not chain to a root of this mesh");

    [SkippableFact]
    public Task Of_a_foreign_CA_that_sends_its_root_along() =>
        IsRefusedAsync(Foreign(foreign => foreign.IssueLeaf("web").With(foreign.Certificate)), "chain", "does not chain to a root of this mesh");

    [SkippableFact]
    public Task Of_a_foreign_CA_that_copies_the_names_of_ours() => IsRefusedAsync(
        MeshCaller.From(TestCa.Create(shared.Authority.TrustDomain, o => o.Subject = shared.Authority.Certificate.Subject).IssueLeaf("web"), shared.Authority),
        "chain", "does not chain to a root of this mesh");

    [SkippableFact]
    public Task With_a_leaf_of_yesterday() =>
        IsRefusedAsync(shared.Forged(configure: o => (o.NotBefore, o.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddMinutes(-1))), "expired", "is not valid now");

    [SkippableFact]
    public Task With_a_leaf_of_tomorrow() => IsRefusedAsync(shared.Forged(configure: o => o.NotBefore = DateTimeOffset.UtcNow.AddDays(1)), "expired", "is not valid now");

    [SkippableFact]
    public Task With_two_URI_names() =>
        IsRefusedAsync(shared.Forged(configure: o => o.UriNames = [Uri("/ns/default/dc/dc1/svc/web"), Uri("/ns/default/dc/dc1/svc/billing")]), "san", "URI");

    [SkippableFact]
    public Task With_no_URI_name() => IsRefusedAsync(shared.Forged(configure: o => o.UriNames = []), "san", "The certificate");

    [SkippableFact]
    public Task Of_a_foreign_trust_domain() =>
        IsRefusedAsync(shared.Forged(configure: o => o.TrustDomain = TestCa.DefaultTrustDomain), "trust_domain", TestCa.DefaultTrustDomain);

    [SkippableTheory]
    [InlineData("/agent/client/dc/dc1/id/node-1", "an agent")]
    [InlineData("/agent/server/dc/dc1", "a Consul server")]
    [InlineData("/gateway/mesh/dc/dc1", "a mesh gateway")]
    [InlineData("", "a trust domain")]
    public Task Whose_certificate_names_no_service(string path, string kind) =>
        IsRefusedAsync(shared.Forged(configure: o => o.UriNames = [Uri(path)]), "identity", $"{kind}, not a service");

    [SkippableFact]
    public Task With_a_CA_certificate_as_leaf() => IsRefusedAsync(shared.Forged(configure: o => o.IsAuthority = true), "leaf", "is a CA certificate");

    [SkippableFact]
    public async Task With_the_root_itself_as_leaf()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(shared.Authority.PrivateKeyPem);
        var root = new TestCaLeaf("root", "", shared.Authority.Certificate.CopyWithPrivateKey(key), [], "");
        await IsRefusedAsync(MeshCaller.From(root, shared.Authority), "leaf", "may sign certificates");
    }

    [SkippableFact]
    public async Task With_a_leaf_that_a_real_agent_issued_and_that_has_ended()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await IsRefusedAsync(new("late", agent.Address), async () =>
        {
            // A leaf begins a minute before its issue, so one of 20 s has ended when it is issued.
            using var _ = await agent.Http.PutAsJsonAsync("/v1/connect/ca/configuration", new { Provider = "consul", Config = new { LeafCertTTL = "20s", SkipValidate = true } });
            return MeshCaller.From(await agent.IssueLeafAsync("web"));
        }, "expired", "is not valid now");
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private MeshCaller Foreign(Func<TestCa, TestCaLeaf> issue) => MeshCaller.From(issue(TestCa.Create(shared.Authority.TrustDomain)), shared.Authority);

    private string Uri(string path) => $"spiffe://{shared.Authority.TrustDomain}{path}";

    // The metrics of tests that run at once are told apart by the service's name.
    private Task IsRefusedAsync(MeshCaller caller, string reason, string detail) =>
        IsRefusedAsync(new($"guarded-{Guid.NewGuid():n}", shared.Agent.Address), () => Task.FromResult(caller), reason, detail);

    private static async Task IsRefusedAsync((string Service, string Agent) at, Func<Task<MeshCaller>> become, string reason, string detail)
    {
        using var metrics = new MetricsRecorder(at.Service);
        var requests = 0;
        await using var app = await (await MeshApp.StartAsync(at.Service, [new("Consul:Address", at.Agent)], map: app =>
        {
            app.Use((HttpContext _, RequestDelegate next) =>
            {
                Interlocked.Increment(ref requests);
                return next(_);
            });
            app.MapGet("/whoami", () => "nobody");
        })).ReadyAsync();
        var caller = await become();

        foreach (var protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            var attempt = await Attempt.MakeAsync(caller with { Protocols = protocol }, app.Mesh.Port);
            Assert.True(attempt.IsRefused, attempt.Received);
        }

        Assert.Equal(0, requests);
        await metrics.WaitForAsync(_ => metrics.Sum(Failures, ("error.type", reason)) == 2);
        Assert.Equal(2, metrics.Sum(Failures));
        var line = await app.Logs.WaitForAsync("PeerRefused");
        Assert.Equal(reason, line["Reason"]);
        Assert.Contains(detail, line.Message, StringComparison.Ordinal);
        if (reason == "no_cert")
            await app.Logs.WaitForAsync("browsers, probes and load balancers belong on another endpoint");
    }
}
