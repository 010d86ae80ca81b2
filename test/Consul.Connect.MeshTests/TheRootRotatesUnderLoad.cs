using System.Security.Cryptography.X509Certificates;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class TheRootRotatesUnderLoad
{
    private const string Service = "root-rotates";

    // The agent itself takes up to 30 s, at random.
    private static readonly TimeSpan LeafFollows = TimeSpan.FromSeconds(35);

    [SkippableFact]
    public async Task No_request_fails_and_new_connections_get_a_chain_that_old_and_new_roots_verify()
    {
        await using var agent = await ConsulAgent.StartAsync();
        using var metrics = new MetricsRecorder(Service);
        await using var app = await MeshApp.StartAsync(Service, [new("Consul:Address", agent.Address)]);
        await app.ReadyAsync();
        var oldCaller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        var oldRoot = Assert.Single(oldCaller.Roots);

        await using var load = MeshLoad.Start(app, oldCaller);
        await load.FlowAsync(200);
        await agent.RotateCaAsync();
        var newRoot = Assert.Single(await agent.GetTrustAnchorsAsync(), root => !root.Equals(oldRoot));
        // The first ones are counted too, a moment after they are in use.
        await metrics.WaitForAsync(_ => metrics.Sum("consul.connect.roots.rotations") >= 2, LeafFollows);

        // Its leaf is of the new root at once, while the app still shows its old one.
        load.Newcomer = MeshCaller.From(await agent.IssueLeafAsync("web", token: "asks-after-the-rotation"));
        await metrics.WaitForAsync(_ => metrics.Sum("consul.connect.leaf.rotations", ("consul.connect.outcome", "accepted")) >= 2, LeafFollows);
        await load.FlowAsync(400);

        foreach (var caller in (MeshCaller[])[oldCaller, load.Newcomer])
        {
            await AssertServedAsync(caller with { Roots = [oldRoot] }, app, newRoot);
            await AssertServedAsync(caller with { Roots = [newRoot] }, app, newRoot);
        }

        await load.StopAsync();
        Assert.InRange(load.LeavesSeen, 2, int.MaxValue);
    }

    private static async Task AssertServedAsync(MeshCaller caller, MeshApp app, X509Certificate2 signer)
    {
        var call = await Call.MakeAsync(caller, app.Mesh.Port);
        Assert.True(call.IsServed, call.Text);
        Assert.Equal(signer.Subject, call.Server!.Issuer);
    }
}
