using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class TheLeafRotatesUnderLoad
{
    private const int Rotations = 10;

    // A life under ten minutes makes this agent issue a new leaf with each query, as often as it may sign.
    private const string NewLeafEachSecond = """
        connect {
          ca_config {
            leaf_cert_ttl = "5m"
            SkipValidate = true
            csr_max_per_second = 1
          }
        }
        """;

    [SkippableFact]
    public async Task No_request_fails_while_the_agent_issues_leaf_after_leaf()
    {
        const string service = "leaf-rotates";
        await using var agent = await ConsulAgent.StartAsync(o => o.Hcl = NewLeafEachSecond);
        var caller = MeshCaller.From(await IssueLeafAsync(agent));
        await using var app = await MeshApp.StartAsync(service, [new("Consul:Address", agent.Address)]);
        await app.ReadyAsync();
        using var metrics = new MetricsRecorder(service);

        await using var load = MeshLoad.Start(app, caller);
        await RotatedAsync(metrics, Rotations);
        await load.FlowAsync(100);

        await load.StopAsync();
        Assert.InRange(load.LeavesSeen, Rotations, int.MaxValue);
    }

    [Fact]
    public async Task No_request_fails_while_the_files_are_replaced()
    {
        const string service = "files-rotate";
        using var identity = new IdentityFiles(service);
        using var metrics = new MetricsRecorder(service);
        await using var app = await MeshApp.StartAsync(service, identity.Settings);
        app.Logs.Expect("FilesRejected");
        await app.ReadyAsync();
        // The first leaf is counted too, a moment after it is in use.
        await RotatedAsync(metrics, 1);

        await using var load = MeshLoad.Start(app, identity.Caller());
        for (var turn = 1; turn <= 3; turn++)
        {
            identity.Write(identity.Authority.IssueLeaf(service));
            await RotatedAsync(metrics, 1 + turn);
        }

        await load.FlowAsync(100);
        await load.StopAsync();
        Assert.InRange(load.LeavesSeen, 4, int.MaxValue);
    }

    [Fact]
    public async Task Files_that_are_half_written_leave_the_old_identity_in_use()
    {
        const string service = "files-half-written";
        using var identity = new IdentityFiles(service);
        using var metrics = new MetricsRecorder(service);
        await using var app = await MeshApp.StartAsync(service, identity.Settings);
        app.Logs.Expect("FilesRejected");
        await app.ReadyAsync();
        // The first leaf is counted too, a moment after it is in use.
        await RotatedAsync(metrics, 1);
        var caller = identity.Caller();
        var before = await Call.MakeAsync(caller, app.Mesh.Port);

        await using var load = MeshLoad.Start(app, caller);
        var next = identity.Authority.IssueLeaf(service);
        var certificate = identity.Settings["Consul:Connect:Certificates:CertFile"]!;
        await File.WriteAllTextAsync(certificate, next.CertPem[..(next.CertPem.Length / 2)]);
        await metrics.WaitForAsync("consul.connect.leaf.rotations", ("consul.connect.outcome", "rejected"));
        Assert.Equal(before.Server, (await Call.MakeAsync(caller, app.Mesh.Port)).Server);

        // Whole, but its key is still the other one.
        await File.WriteAllTextAsync(certificate, next.CertPem);
        await app.Logs.WaitForAsync("private key does not belong");
        Assert.Equal(before.Server, (await Call.MakeAsync(caller, app.Mesh.Port)).Server);

        identity.Write(next);
        await RotatedAsync(metrics, 2);
        Assert.Equal(next.Certificate.SerialNumber, (await Call.MakeAsync(caller, app.Mesh.Port)).Server!.SerialNumber);
        await load.StopAsync();
    }

    // This agent signs one a second for all.
    private static Task<MeshIdentity> IssueLeafAsync(ConsulAgent agent) =>
        Eventually.ReadsAsync("the agent signs", _ => agent.IssueLeafAsync("web"), _ => true);

    private static Task<Measured> RotatedAsync(MetricsRecorder metrics, int times) =>
        metrics.WaitForAsync(_ => metrics.Sum("consul.connect.leaf.rotations", ("consul.connect.outcome", "accepted")) >= times, TimeSpan.FromSeconds(60));
}
