using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

[Collection(Alone.Name)]
public sealed class TheAgentDiesAndReturns
{
    [SkippableFact]
    public async Task Callers_are_decided_by_what_it_said_last_and_by_new_words_within_two_seconds_of_its_return()
    {
        const string service = "survives";
        await using var agent = await ConsulAgent.StartAsync(o => o.KeepsState = true);
        var (web, denied) = (MeshCaller.From(await agent.IssueLeafAsync("web")), MeshCaller.From(await agent.IssueLeafAsync("denied")));
        await agent.CreateIntentionAsync("denied", service, allow: false);
        await using var app = await StartAsync(agent, service);
        await agent.ListsAsync(service);
        using var kept = await KeptConnection.OpenAsync(web, app.Mesh.Port);

        await agent.KillAsync();
        await app.Logs.WaitForAsync("AgentUnreachable");
        await kept.AskAsync();
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);
        Assert.Equal(CallEnd.Refused, (await Call.MakeAsync(denied, app.Mesh.Port)).End);

        var answered = AgentClock.FirstAnswerAsync(agent);
        var restarted = agent.StartAgainAsync();
        var first = await answered;
        await agent.CreateIntentionAsync("web", service, allow: false);
        await agent.CreateIntentionAsync("denied", service, allow: true);
        AgentClock.AssertRecovered("a new denial", first, await AgentClock.TimeOfAsync(Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port)));
        AgentClock.AssertRecovered("a new permission", first, await AgentClock.TimeOfAsync(Call.UntilAsync(CallEnd.Served, denied, app.Mesh.Port)));
        await restarted;
        await agent.ListsAsync(service);
    }

    [SkippableFact]
    public async Task With_a_bound_on_staleness_new_connections_are_refused_past_it_and_served_after()
    {
        const string service = "survives-five-seconds";
        await using var agent = await ConsulAgent.StartAsync(o => o.KeepsState = true);
        var web = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await StartAsync(agent, service, KeyValuePair.Create("Consul:Connect:Authorization:MaxStaleness", (string?)"5s"));
        using var metrics = new MetricsRecorder(service);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);

        await agent.KillAsync();
        await Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port, TimeSpan.FromSeconds(10), "past MaxStaleness");
        await metrics.WaitForAsync("consul.connect.authorization.decisions", ("consul.connect.decision", "deny"), ("consul.connect.reason", "stale"));

        var answered = AgentClock.FirstAnswerAsync(agent);
        var served = AgentClock.TimeOfAsync(Call.UntilAsync(CallEnd.Served, web, app.Mesh.Port));
        await agent.StartAgainAsync();
        AgentClock.AssertRecovered("served again", await answered, await served);
    }

    [SkippableFact]
    public async Task As_another_mesh_its_callers_are_served_and_the_old_ones_refused_never_both_or_neither()
    {
        const string service = "changes-mesh";
        await using var agent = await ConsulAgent.StartAsync();
        var old = await agent.IssueLeafAsync("web");
        await using var app = await StartAsync(agent, service);
        await agent.ListsAsync(service);
        var oldCaller = MeshCaller.From(old);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(oldCaller, app.Mesh.Port)).End);

        await agent.KillAsync();
        await app.Logs.WaitForAsync("AgentUnreachable");
        var seen = new ConcurrentQueue<(string Caller, Call Call)>();
        var oldMeshIsGone = ObserveAsync(oldCaller, CallEnd.ServerNotBelieved, app, seen);
        var answered = AgentClock.FirstAnswerAsync(agent);
        var listed = AgentClock.TimeOfAsync(Task.Run(() => agent.ListsAsync(service)));
        var issued = Task.Run(() => Eventually.ReadsAsync("another mesh signs", _ => agent.IssueLeafAsync("web"), leaf => Mesh(leaf.Leaf) != Mesh(old.Leaf)));
        var restarted = agent.StartAgainAsync();
        var next = await issued;

        // From here on both believe either mesh, so that only the app decides.
        X509Certificate2Collection both = [.. old.Roots, .. next.Roots];
        (oldCaller, var newCaller) = (oldCaller with { Roots = both }, MeshCaller.From(next) with { Roots = both });
        var served = AgentClock.TimeOfAsync(ObserveAsync(newCaller, CallEnd.Served, app, seen));
        await ObserveAsync(oldCaller, CallEnd.Refused, app, seen);
        AgentClock.AssertRecovered("callers of the new mesh", await answered, await served);
        AgentClock.AssertRecovered("in the catalog", await answered, await listed);
        await oldMeshIsGone;
        await restarted;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(CallEnd.Served, (await Call.MakeAsync(newCaller, app.Mesh.Port)).End);
            Assert.Equal(CallEnd.Refused, (await Call.MakeAsync(oldCaller, app.Mesh.Port)).End);
        }

        Assert.All(seen.Where(one => one.Caller != Mesh(one.Call.Server!)), one => Assert.False(one.Call.IsServed, "a caller of one mesh was served as the other"));

        // A caller in the midst of a handshake under the old roots may be refused when they end; under the new ones nobody is.
        Assert.All(seen.Where(one => one.Caller == Mesh(next.Leaf) && Mesh(one.Call.Server!) == one.Caller), one => Assert.True(one.Call.IsServed, one.Call.Text));
    }

    private static async Task<MeshApp> StartAsync(ConsulAgent agent, string service, params KeyValuePair<string, string?>[] more)
    {
        var app = await MeshApp.StartAsync(service, [new("Consul:Address", agent.Address), new("Consul:Service:Name", service), .. more]);
        // An agent that has just come back may have no leader yet, and then no roots.
        app.Logs.Expect("AgentUnreachable").Expect("it lists no roots").Expect("PairWaits");
        return await app.ReadyAsync();
    }

    /// <summary>Calls without a pause, several at a time, until all have ended so: the moment between two meshes is short.</summary>
    private static Task ObserveAsync(MeshCaller caller, CallEnd end, MeshApp app, ConcurrentQueue<(string, Call)> seen) =>
        Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < Eventually.DefaultTimeout)
            {
                var call = await Call.MakeAsync(caller, app.Mesh.Port);
                if (call.End != CallEnd.ServerNotBelieved)
                    seen.Enqueue((Mesh(caller.Certificate!.TargetCertificate), call));
                if (call.End == end)
                    return;
            }

            throw new TimeoutException($"The caller was never {end}.");
        })));

    private static string Mesh(X509Certificate2 certificate) => new Uri(MeshNames.UriNames(certificate)[0]).Host;
}
