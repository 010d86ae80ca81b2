using System.Diagnostics;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class TheAgentStalls
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    // What the provider Agent may take for its call; a decision without a call must be below it.
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);

    // A refusal comes before the caller's own patience, which is ours for a handshake.
    private static readonly TimeSpan Bounded = TimeSpan.FromSeconds(5);

    private const int Crowd = 32;

    [SkippableFact]
    public async Task Nobody_is_let_in_by_mistake_nothing_hangs_and_all_is_well_two_seconds_after_it_goes_on()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var (web, denied) = (MeshCaller.From(await agent.IssueLeafAsync("web")), MeshCaller.From(await agent.IssueLeafAsync("denied")));
        await agent.CreateIntentionAsync("denied", "*", allow: false);
        await using var cached = await MeshApp.StartAsync("stall-cached", Settings(agent, "Intentions"));
        await using var asking = await MeshApp.StartAsync("stall-asking", Settings(agent, "Agent"));
        cached.Logs.Expect("AgentUnreachable");
        asking.Logs.Expect("AgentUnreachable").Expect("AuthorizeFails");
        await cached.ReadyAsync();
        await asking.ReadyAsync();
        await using var alone = WebApiProcess.Start(agent, "stall-alone", ("Consul:Connect:Authorization:Provider", "Agent"));
        await alone.ReadyAsync();
        var alonePort = (await agent.ListsAsync("stall-alone"))[0];
        foreach (var port in (int[])[cached.Mesh.Port, asking.Mesh.Port, alonePort])
        {
            Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, port)).End);
            Assert.Equal(CallEnd.Refused, (await Call.MakeAsync(denied, port)).End);
        }

        for (var i = 0; i < 4; i++)
            await CrowdAsync(web, alonePort, CallEnd.Served);
        var threads = alone.Threads;

        await agent.PauseAsync();
        await Call.UntilAsync(CallEnd.Refused, web, asking.Mesh.Port, Bounded, "once the last verdict is no longer remembered");
        await Call.UntilAsync(CallEnd.Refused, web, alonePort, Bounded, "once the last verdict is no longer remembered");
        var clock = Stopwatch.StartNew();
        using var turns = new PeriodicTimer(TimeSpan.FromSeconds(3));
        while (clock.Elapsed < Stall && await turns.WaitForNextTickAsync())
        {
            await Task.WhenAll(
                EndsAsync(web, cached.Mesh.Port, CallEnd.Served, CallLimit),
                EndsAsync(denied, cached.Mesh.Port, CallEnd.Refused, CallLimit),
                EndsAsync(web, asking.Mesh.Port, CallEnd.Refused, Bounded),
                EndsAsync(denied, asking.Mesh.Port, CallEnd.Refused, Bounded),
                CrowdAsync(web, alonePort, CallEnd.Refused));

            // A thread for each waiting caller would be twice as many; the pool itself comes and goes by a few.
            Assert.InRange(alone.Threads, 1, threads + (Crowd / 2));
        }

        var answered = AgentClock.FirstAnswerAsync(agent);
        var served = AgentClock.TimeOfAsync(Call.UntilAsync(CallEnd.Served, web, asking.Mesh.Port));
        agent.Resume();
        var first = await answered;
        await agent.CreateIntentionAsync("web", "stall-cached", allow: false);
        AgentClock.AssertRecovered("the provider Intentions", first, await AgentClock.TimeOfAsync(Call.UntilAsync(CallEnd.Refused, web, cached.Mesh.Port)));
        AgentClock.AssertRecovered("the provider Agent", first, await served);
        await cached.Logs.WaitForAsync("AgentAnswers");
    }

    private static KeyValuePair<string, string?>[] Settings(ConsulAgent agent, string provider) =>
        [new("Consul:Address", agent.Address), new("Consul:Connect:Authorization:Provider", provider)];

    private static async Task EndsAsync(MeshCaller caller, int port, CallEnd end, TimeSpan within)
    {
        var call = await Call.MakeAsync(caller, port);
        Assert.Equal(end, call.End);
        Assert.True(call.Took < within, $"{call.Took.TotalSeconds:0.00} s");
    }

    private static Task CrowdAsync(MeshCaller caller, int port, CallEnd end) =>
        Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => EndsAsync(caller, port, end, Bounded)));
}
