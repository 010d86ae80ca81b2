using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>Waits of 2 s behind a relay that cuts every connection after 3 s: the polling that Consul's documentation describes.</summary>
[Collection(Alone.Name)]
public sealed class ShortWaits
{
    private static readonly TimeSpan Follows = TimeSpan.FromSeconds(5);

    // This agent answers each query for a leaf at once with a new one, one a second.
    private const string NewLeafEachSecond = "connect {\nca_config {\nleaf_cert_ttl = \"5m\"\nSkipValidate = true\ncsr_max_per_second = 1\n}\n}";

    [SkippableFact]
    public async Task The_leaf_follows_within_five_seconds()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.Hcl = NewLeafEachSecond);
        await using var link = Short(agent);
        var caller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await StartAsync(link, "short-leaf");
        var first = await Call.MakeAsync(caller, app.Mesh.Port);
        await link.WaitForAcceptedAsync(link.Accepted + 5);

        // What the agent would give to anyone who asks for this leaf now.
        var known = Serial((await agent.IssueLeafAsync("short-leaf")).Leaf.SerialNumber);
        Assert.True(known > Serial(first.Server!.SerialNumber));
        await Eventually.HoldsAsync("the app shows that leaf or a later one", async _ => Serial((await Call.MakeAsync(caller, app.Mesh.Port)).Server!.SerialNumber) >= known, Follows);
    }

    [SkippableFact]
    public async Task Intentions_and_roots_follow_within_five_seconds()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var link = Short(agent);
        var caller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await StartAsync(link, "short-rules");
        await link.WaitForAcceptedAsync(link.Accepted + 5);

        for (var turn = 0; turn < 2; turn++)
        {
            await agent.CreateIntentionAsync("web", "short-rules", allow: false);
            await Call.UntilAsync(CallEnd.Refused, caller, app.Mesh.Port, Follows);
            await agent.CreateIntentionAsync("web", "short-rules", allow: true);
            await Call.UntilAsync(CallEnd.Served, caller, app.Mesh.Port, Follows);
        }

        // Without the certificate that ties it to the old root, the new leaf proves nothing to who does not know the new root.
        await agent.RotateCaAsync();
        var next = await agent.IssueLeafAsync("web", token: "asks-after-the-rotation");
        await Call.UntilAsync(CallEnd.Served, MeshCaller.From(next with { Intermediates = [] }), app.Mesh.Port, Follows);
    }

    [SkippableFact]
    public async Task A_link_that_trickles_and_one_that_stalls_stop_nobody_and_recovery_is_quick()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var link = new BadLink(new Uri(agent.Address));
        var caller = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await StartAsync(link, "short-of-bytes");
        using var metrics = new MetricsRecorder("short-of-bytes");

        foreach (var spoil in (Action[])[() => link.Trickle(50), link.Stall])
        {
            spoil();
            var failed = metrics.Sum("consul.connect.watch.requests", ("consul.connect.outcome", "error"));
            await metrics.WaitForAsync(_ => metrics.Sum("consul.connect.watch.requests", ("consul.connect.outcome", "error")) > failed);
            Assert.Equal(CallEnd.Served, (await Call.MakeAsync(caller, app.Mesh.Port)).End);

            link.Flow();
            await agent.CreateIntentionAsync("web", "short-of-bytes", allow: false);
            await Call.UntilAsync(CallEnd.Refused, caller, app.Mesh.Port, AgentClock.Recovery, "after the link is well again");
            await agent.CreateIntentionAsync("web", "short-of-bytes", allow: true);
            await Call.UntilAsync(CallEnd.Served, caller, app.Mesh.Port, AgentClock.Recovery);
        }
    }

    private static BadLink Short(ConsulAgent agent)
    {
        var link = new BadLink(new Uri(agent.Address));
        link.CutAfter(TimeSpan.FromSeconds(3));
        return link;
    }

    private static async Task<MeshApp> StartAsync(BadLink link, string service)
    {
        var app = await MeshApp.StartAsync(service, [new("Consul:Address", link.Address), new("Consul:WaitTime", "2s")]);
        app.Logs.Expect("AgentUnreachable");
        return await app.ReadyAsync();
    }

    private static ulong Serial(string hexadecimal) => Convert.ToUInt64(hexadecimal, 16);
}
