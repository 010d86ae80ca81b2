using System.Net.Http.Json;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.MeshTests;

/// <summary>A worker of the first datacenter calls what serves in the second one.</summary>
public sealed class AServiceInTheOtherDatacenter
{
    [SkippableFact]
    public async Task Is_called_by_its_name_and_by_a_query_that_fails_over_and_comes_back()
    {
        await using var federation = await ConsulFederation.StartAsync();
        var (first, second) = (federation.Primary, federation.Secondary);
        await using var there = await ServeAsync(second);
        await second.ListsAsync("payments");
        await using var worker = await Worker.StartAsync(first);
        worker.Logs.Expect("FailedOver").Expect("HasNone");
        var domain = await first.GetTrustDomainAsync();

        // By its name, while the first datacenter has none.
        using var named = worker.CreateHttp("payments.service.dc2.consul");
        Assert.Equal($"dc2 to spiffe://{domain}/ns/default/dc/dc1/svc/web", await WhereAsync(named, "dc2"));
        await using (var stream = await worker.Service.DialAsync(ConnectTarget.Service("payments", "dc2")))
            Assert.Equal($"spiffe://{domain}/ns/default/dc/dc2/svc/payments", stream.Peer.SpiffeId);
        using var here = worker.CreateHttp("payments.service.consul");
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => here.GetAsync("/where"));
        Assert.Equal(ConnectDialError.NoInstances, Assert.IsType<ConnectDialException>(failure.InnerException).Error);

        // By a query: the own datacenter first, the other one when it has nobody.
        (await first.Http.PostAsJsonAsync("/v1/query", new { Name = "payments", Service = new { Service = "payments", Failover = new { Datacenters = new[] { "dc2" } } } }, options: new() { PropertyNamingPolicy = null })).EnsureSuccessStatusCode();
        using var asked = worker.CreateHttp("payments.query.consul");
        Assert.StartsWith("dc2", await WhereAsync(asked, "dc2"), StringComparison.Ordinal);
        await using (await ServeAsync(first))
        {
            await first.ListsAsync("payments");
            Assert.StartsWith("dc1", await WhereAsync(asked, "dc1"), StringComparison.Ordinal);
        }

        Assert.StartsWith("dc2", await WhereAsync(asked, "dc2"), StringComparison.Ordinal);
        await worker.Logs.WaitForAsync("FailedOver");
    }

    [SkippableFact]
    public async Task Refuses_whom_an_intention_of_the_first_one_denies()
    {
        await using var federation = await ConsulFederation.StartAsync();
        await using var there = await ServeAsync(federation.Secondary);
        there.Logs.Expect("ConnectionDenied").Expect("ConnectionsRevoked");
        await federation.Secondary.ListsAsync("payments");
        await using var worker = await Worker.StartAsync(federation.Primary);
        worker.Logs.Expect("Refused");
        using var http = worker.CreateHttp("payments.service.dc2.consul");
        await WhereAsync(http, "dc2");

        await federation.Primary.CreateIntentionAsync("web", "payments", allow: false);
        var denied = await Eventually.ReadsAsync(
            "the call is refused",
            async ending => (await Record.ExceptionAsync(() => http.GetAsync("/where", ending)))?.InnerException as ConnectDeniedException,
            seen => seen is not null);
        Assert.Contains("an intention that denies \"web\" -> \"payments\"", denied!.Message, StringComparison.Ordinal);

        await federation.Primary.DeleteIntentionAsync("web", "payments");
        await WhereAsync(http, "dc2");
        Assert.DoesNotContain(worker.Logs.Entries, entry => entry.Event.Name == "Ejected");
    }

    // Longer than a query rests.
    private static Task<string> WhereAsync(HttpClient http, string datacenter) => Eventually.ReadsAsync(
        $"{http.BaseAddress} is answered by {datacenter}",
        ending => http.GetStringAsync("/where", ending),
        answer => answer.StartsWith(datacenter, StringComparison.Ordinal),
        TimeSpan.FromSeconds(45));

    private static async Task<MeshApp> ServeAsync(ConsulAgent agent)
    {
        var app = await MeshApp.StartAsync("payments", [new("Consul:Address", agent.Address), new("Consul:Service:Name", "payments")], map: app => Map(app, agent.Datacenter));
        return await app.ReadyAsync();
    }

    private static void Map(WebApplication app, string datacenter) =>
        app.MapGet("/where", (ConnectPeer caller) => $"{datacenter} to {caller.SpiffeId}");
}
