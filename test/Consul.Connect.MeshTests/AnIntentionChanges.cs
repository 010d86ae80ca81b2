using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>An operator changes intentions on the command line; who connects a second later is treated by the new ones, with either provider.</summary>
[Collection(Alone.Name)]
public sealed class AnIntentionChanges(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private const string Decisions = "consul.connect.authorization.decisions";

    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableTheory]
    [InlineData("Intentions")]
    [InlineData("Agent")]
    public async Task A_deny_refuses_the_next_connection_and_an_allow_lets_it_in_again(string provider)
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await ServeAsync(provider);
        var caller = await shared.CallerAsync();
        Assert.True((await Attempt.MakeAsync(caller, app.Mesh.Port)).IsServed);

        await IntentionAsync("create", "-deny", "web", _service);
        await Attempt.BecomesAsync(served: false, caller, app.Mesh.Port);
        await IntentionAsync("create", "-replace", "-allow", "web", _service);
        await Attempt.BecomesAsync(served: true, caller, app.Mesh.Port);
        await IntentionAsync("create", "-replace", "-deny", "web", _service);
        await Attempt.BecomesAsync(served: false, caller, app.Mesh.Port);
        await IntentionAsync("delete", "web", _service);
        await Attempt.BecomesAsync(served: true, caller, app.Mesh.Port);

        Assert.NotEmpty(metrics.Of(Decisions, ("consul.connect.decision", "deny"), ("consul.connect.reason", "intention_denied"), ("consul.connect.source", "web")));
        var line = await app.Logs.WaitForAsync("ConnectionDenied");
        Assert.Contains($"\"web\" may not call \"{_service}\"", line.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("Intentions")]
    [InlineData("Agent")]
    public async Task An_intention_about_others_changes_nothing(string provider)
    {
        await using var app = await ServeAsync(provider);
        var caller = await shared.CallerAsync();

        await IntentionAsync("create", "-deny", "billing", _service);
        await IntentionAsync("create", "-deny", "web", $"{_service}-too");
        await Attempt.BecomesAsync(served: false, await shared.CallerAsync("billing"), app.Mesh.Port);

        Assert.True((await Attempt.MakeAsync(caller, app.Mesh.Port)).IsServed);
    }

    [SkippableTheory]
    [InlineData("Intentions")]
    [InlineData("Agent")]
    public async Task Wildcards_weigh_less_than_names_and_the_destinations_name_more_than_the_sources(string provider)
    {
        await using var app = await ServeAsync(provider);
        var (web, billing) = (await shared.CallerAsync("web"), await shared.CallerAsync("billing"));
        try
        {
            // 5: anybody to anything.
            await IntentionAsync("create", "-deny", "*", "*");
            await Attempt.BecomesAsync(served: false, web, app.Mesh.Port);
            // 6: web to anything.
            await IntentionAsync("create", "-allow", "web", "*");
            await Attempt.BecomesAsync(served: true, web, app.Mesh.Port);
            Assert.True((await Attempt.MakeAsync(billing, app.Mesh.Port)).IsRefused);
            // 8: anybody to us.
            await IntentionAsync("create", "-deny", "*", _service);
            await Attempt.BecomesAsync(served: false, web, app.Mesh.Port);
            // 9: web to us.
            await IntentionAsync("create", "-allow", "web", _service);
            await Attempt.BecomesAsync(served: true, web, app.Mesh.Port);
            Assert.True((await Attempt.MakeAsync(billing, app.Mesh.Port)).IsRefused);
            // And back, one by one.
            await IntentionAsync("delete", "web", _service);
            await Attempt.BecomesAsync(served: false, web, app.Mesh.Port);
            await IntentionAsync("delete", "*", _service);
            await Attempt.BecomesAsync(served: true, web, app.Mesh.Port);
            await IntentionAsync("delete", "web", "*");
            await Attempt.BecomesAsync(served: false, web, app.Mesh.Port);
        }
        finally
        {
            foreach (var (source, destination) in ((string, string)[])[("*", "*"), ("web", "*")])
                await shared.Agent.DeleteIntentionAsync(source, destination);
        }

        await Attempt.BecomesAsync(served: true, web, app.Mesh.Port);
        await Attempt.BecomesAsync(served: true, billing, app.Mesh.Port);
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private Task<MeshApp> ServeAsync(string provider) => shared.ServeAsync(_service, null, ("Consul:Connect:Authorization:Provider", provider));

    private async Task IntentionAsync(params string[] arguments)
    {
        var (exitCode, output) = await shared.Agent.RunCliAsync(["intention", .. arguments]);
        Assert.True(exitCode == 0, output);
    }
}
