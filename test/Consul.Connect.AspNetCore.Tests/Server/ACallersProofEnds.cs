using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

/// <summary>What a caller proved in its handshake stops being true while its connection is open.</summary>
public sealed class ACallersProofEnds
{
    private const string Closed = "consul.connect.connections.closed";

    [Fact]
    public async Task With_its_certificate_its_connections_end_and_no_others()
    {
        await using var app = await RevokingApp.StartAsync();
        var end = DateTimeOffset.UtcNow.AddSeconds(10);
        await using var kept = await app.OpenAsync();
        await kept.SendAsync("GET", "/whoami");
        await kept.ReadUntilAsync("web");
        await using var ending = await MeshCaller.From(app.Authority.IssueLeaf("web", leaf => leaf.NotAfter = end), app.Authority).OpenTlsAsync(app.Port);
        await ending.SendAsync("GET", "/events");
        await ending.ReadUntilAsync("data: tick");

        await ending.EndsAsync();

        // Certificates end on whole seconds.
        Assert.True(DateTimeOffset.UtcNow >= end.AddSeconds(-1));
        await app.Metrics.WaitForAsync(Closed, ("consul.connect.reason", "leaf_expired"));
        await kept.SendAsync("GET", "/whoami");
        await kept.ReadUntilAsync("web");
    }

    [Fact]
    public async Task With_the_root_that_held_it_its_connections_end_and_those_of_the_new_root_do_not()
    {
        await using var app = await RevokingApp.StartAsync();
        await using var before = await app.OpenAsync();
        await before.SendAsync("GET", "/whoami");
        await before.ReadUntilAsync("web");
        var next = TestCa.Create();
        var crossSigned = app.Authority.CrossSign(next);
        var generation = app.App.Service.Credentials.Current!.Generation;
        app.Agent.RotateCa(next);
        app.Agent.RenewLeaf(app.Name);
        await Eventually.HoldsAsync("the rotation is over", () => app.App.Service.Credentials.Current is { RootCount: 2 } now && now.Generation >= generation + 2);
        await using var after = await MeshCaller.From(next.IssueLeaf("web").With(crossSigned), app.Authority, next).OpenTlsAsync(app.Port);
        await after.SendAsync("GET", "/whoami");
        await after.ReadUntilAsync("web");

        // Both roots are listed: nobody notices.
        await before.SendAsync("GET", "/whoami");
        await before.ReadUntilAsync("web");
        app.Agent.SetRoots(next);

        await before.EndsAsync();
        var line = await app.App.Logs.WaitForAsync("ConnectionsClosed");
        Assert.True(line.Message.Contains("(roots 1)", StringComparison.Ordinal), $"{line.Message} {app.App.Service.Credentials.LastError}");
        await after.SendAsync("GET", "/whoami");
        await after.ReadUntilAsync("web");
        Assert.Equal(1, app.Metrics.Sum(Closed));
    }

    [Fact]
    public async Task With_our_own_leaf_every_connection_ends()
    {
        using var identity = new IdentityFiles("ending-open");
        identity.Write(identity.Authority.IssueLeaf("ending-open", leaf => leaf.NotAfter = DateTimeOffset.UtcNow.AddSeconds(10)));
        using var metrics = new MetricsRecorder("ending-open");
        await using var app = await (await MeshApp.StartAsync("ending-open", identity.Settings)).ReadyAsync();
        app.Logs.Expect("FilesRejected").Expect("LeafEnded");
        await using var open = await identity.Caller().OpenTlsAsync(app.Mesh.Port);
        await open.SendAsync("GET", "/whoami");
        await open.ReadUntilAsync("web");

        await open.EndsAsync();

        Assert.False(app.Service.IsReady);
        await metrics.WaitForAsync(Closed, ("consul.connect.reason", "stale"));
    }
}
