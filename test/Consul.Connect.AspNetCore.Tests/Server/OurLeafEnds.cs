using System.Security.Authentication;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

public sealed class OurLeafEnds : IDisposable
{
    private readonly IdentityFiles _identity = new("ending");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Callers_are_served_until_then_and_refused_from_then_on()
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(10);
        _identity.Write(_identity.Authority.IssueLeaf("ending", leaf => leaf.NotAfter = end));
        using var metrics = new MetricsRecorder("ending");
        await using var app = await (await MeshApp.StartAsync("ending", _identity.Settings)).ReadyAsync();
        using (var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port))
            Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"));

        await Eventually.HoldsAsync("the leaf has ended", () => !app.Service.IsReady);
        // A peer that checks nothing, so that the refusal is the server's.
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => _identity.Caller().OpenTlsAsync(app.Mesh.Port));

        Assert.True(failure is AuthenticationException or IOException, failure.ToString());
        Assert.True(DateTimeOffset.UtcNow >= end.AddSeconds(-1));
        await metrics.WaitForAsync("consul.connect.handshake.failures", ("error.type", "no_credentials"));
        await app.Logs.Expect("LeafEnded").Expect("FilesRejected").WaitForAsync("LeafEnded");
    }

    [Fact]
    public async Task A_new_one_brings_them_back()
    {
        _identity.Write(_identity.Authority.IssueLeaf("ending", leaf => leaf.NotAfter = DateTimeOffset.UtcNow.AddSeconds(10)));
        await using var app = await (await MeshApp.StartAsync("ending", _identity.Settings)).ReadyAsync();
        app.Logs.Expect("FilesRejected");
        await Eventually.HoldsAsync("the leaf has ended", () => !app.Service.IsReady);

        _identity.Write(_identity.Authority.IssueLeaf("ending"));
        await Eventually.HoldsAsync("the new leaf is in use", () => app.Service.IsReady);

        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"));
    }
}
