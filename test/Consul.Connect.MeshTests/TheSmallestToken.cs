using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class TheSmallestToken
{
    [SkippableTheory]
    [InlineData("Intentions", "smallest-token-1")]
    [InlineData("Agent", "smallest-token-2")]
    public async Task It_may_write_the_service_and_that_suffices(string provider, string service)
    {
        await using var pair = await ConsulPair.StartAsync();
        var token = await pair.Client.CreateTokenAsync($"service \"{service}\" {{ policy = \"write\" }}");

        // One it may read, and one it may not.
        await pair.Server.CreateIntentionAsync("web", service, allow: true);
        await pair.Server.CreateIntentionAsync("billing", "ledger", allow: false);
        var (web, stranger) = (MeshCaller.From(await pair.Client.IssueLeafAsync("web")), MeshCaller.From(await pair.Client.IssueLeafAsync("stranger")));
        using var metrics = new MetricsRecorder(service);

        // Nothing is announced: a denial of any call would fail the test.
        await using var app = await MeshApp.StartAsync(service,
        [
            new("Consul:Address", pair.Client.Address),
            new("Consul:Token", token),
            new("Consul:Service:Name", service),
            new("Consul:Connect:Authorization:Provider", provider),
        ]);
        app.Logs.Forbid(token);
        await app.ReadyAsync();
        await pair.Server.ListsAsync(service);
        Assert.Equal("deny", (await app.Logs.WaitForAsync("is in the mesh as"))["DefaultPolicy"]);

        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);
        Assert.Equal(CallEnd.Refused, (await Call.MakeAsync(stranger, app.Mesh.Port)).End);
        await metrics.WaitForAsync("consul.connect.authorization.decisions", ("consul.connect.decision", "deny"), ("consul.connect.reason", "default_policy"), ("consul.connect.source", "stranger"));

        await pair.Server.CreateIntentionAsync("web", service, allow: false);
        await pair.Server.CreateIntentionAsync("stranger", service, allow: true);
        await Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port);
        await Call.UntilAsync(CallEnd.Served, stranger, app.Mesh.Port);
    }
}
