using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

[Collection(Alone.Name)]
public sealed class AHostWithoutAnAgent
{
    // What an agent without a leader says.
    private const string NoRootsYet = "it lists no roots";

    private static readonly TimeSpan Warned = TimeSpan.FromSeconds(2);

    [SkippableFact]
    public async Task It_starts_says_so_once_and_is_ready_two_seconds_after_an_agent_appears()
    {
        const string service = "waits-for-an-agent";
        await using var agent = await ConsulAgent.StartAsync();
        await agent.KillAsync();
        await using var app = await StartAsync(agent, service);
        app.Logs.Expect(NoRootsYet);

        var warning = await app.Logs.WaitForAsync("AgentUnreachable", Warned);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains(agent.Address, warning.Message, StringComparison.Ordinal);
        Assert.Contains("(from Consul:Address)", warning.Message, StringComparison.Ordinal);
        Assert.Contains("Start the agent there", warning.Message, StringComparison.Ordinal);
        Assert.False(app.Service.IsReady);

        var answered = AgentClock.FirstAnswerAsync(agent);
        var ready = AgentClock.TimeOfAsync(app.ReadyAsync());
        await agent.StartAgainAsync();
        AgentClock.AssertRecovered("ready", await answered, await ready);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(MeshCaller.From(await agent.IssueLeafAsync("web")), app.Mesh.Port)).End);
        Assert.Single(app.Logs.Entries, entry => entry.Level >= LogLevel.Warning && entry.Event.Name != "DefaultPolicyAllows" && !entry.Message.Contains(NoRootsYet, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_caller_that_is_early_is_served_when_the_certificate_comes()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.KeepsState = true);
        var caller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await agent.KillAsync();
        await using var app = await StartAsync(agent, "serves-the-early", KeyValuePair.Create("Consul:Connect:HandshakeTimeout", (string?)"60s"));
        await app.Logs.WaitForAsync("AgentUnreachable");

        var early = Call.MakeAsync(caller, app.Mesh.Port, TimeSpan.FromSeconds(60));
        await agent.StartAgainAsync();
        Assert.Equal(CallEnd.Served, (await early).End);
    }

    [SkippableFact]
    public async Task A_caller_that_is_too_early_is_refused_at_the_end_of_the_handshake_timeout()
    {
        const string service = "refuses-the-early";
        await using var agent = await ConsulAgent.StartAsync();
        var caller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await agent.KillAsync();
        using var metrics = new MetricsRecorder(service);
        await using var app = await StartAsync(agent, service, KeyValuePair.Create("Consul:Connect:HandshakeTimeout", (string?)"3s"));

        var call = await Call.MakeAsync(caller, app.Mesh.Port);
        Assert.Equal(CallEnd.Refused, call.End);
        Assert.InRange(call.Took, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(10));
        await metrics.WaitForAsync("consul.connect.handshake.failures", ("error.type", "no_credentials"));
    }

    private static async Task<MeshApp> StartAsync(ConsulAgent agent, string service, params KeyValuePair<string, string?>[] more)
    {
        var app = await MeshApp.StartAsync(service, [new("Consul:Address", agent.Address), .. more]);
        app.Logs.Expect("AgentUnreachable");
        return app;
    }
}
