using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class ASecondDatacenter
{
    // The agent itself takes up to 30 s, at random.
    private static readonly TimeSpan LeafFollows = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Callers_reach_apps_in_either_and_a_rotation_of_its_intermediate_loses_nothing()
    {
        await using var federation = await ConsulFederation.StartAsync();
        var (first, second) = (federation.Primary, federation.Secondary);
        await using var here = await StartAsync(first, "in-dc1");
        await using var there = await StartAsync(second, "in-dc2");
        var (fromSecond, fromFirst) = (await second.IssueLeafAsync("web"), await first.IssueLeafAsync("web"));
        Assert.Contains("/dc/dc2/", fromSecond.Uri, StringComparison.Ordinal);
        Assert.NotEmpty(fromSecond.Intermediates);
        var call = await Call.MakeAsync(MeshCaller.From(fromSecond), here.Mesh.Port);
        Assert.Equal(CallEnd.Served, call.End);
        Assert.Contains(fromSecond.Uri, call.Text, StringComparison.Ordinal);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(MeshCaller.From(fromFirst), there.Mesh.Port)).End);

        using var metrics = new MetricsRecorder("in-dc2");
        await using var toHere = MeshLoad.Start(here, MeshCaller.From(fromSecond), workersOfEach: 1);
        await using var toThere = MeshLoad.Start(there, MeshCaller.From(fromFirst), workersOfEach: 1);
        await first.RotateCaAsync();

        // Callers of the first datacenter learn the new root at once, as agents tell them.
        toThere.Newcomer = toThere.Newcomer with { Roots = await first.GetTrustAnchorsAsync() };
        var turn = 0;
        var next = await Eventually.ReadsAsync(
            "the second datacenter signs with another intermediate",
            async _ => await second.IssueLeafAsync("web", token: $"asks-{turn++}"),
            leaf => !leaf.Intermediates.Contains(fromSecond.Intermediates[0]));
        toHere.Newcomer = MeshCaller.From(next);
        await metrics.WaitForAsync(one => one.Instrument == "consul.connect.leaf.rotations" && Equals(one["consul.connect.outcome"], "accepted"), LeafFollows);
        await toHere.FlowAsync(100);
        await toThere.FlowAsync(100);

        await toHere.StopAsync();
        await toThere.StopAsync();
        Assert.InRange(toThere.LeavesSeen, 2, int.MaxValue);
    }

    private static async Task<MeshApp> StartAsync(ConsulAgent agent, string service)
    {
        var app = await MeshApp.StartAsync(service, [new("Consul:Address", agent.Address)]);
        return await app.ReadyAsync();
    }
}
