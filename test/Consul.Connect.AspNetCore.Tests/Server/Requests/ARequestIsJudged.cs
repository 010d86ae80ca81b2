using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

public sealed class ARequestIsJudged : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task One_that_is_allowed_reaches_the_app(string http)
    {
        await using var app = await StartAsync();

        var answer = http == "1"
            ? await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http1Connection.Request("GET", "/whoami", ("host", "orders")))
            : await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", "/whoami"));

        Assert.Equal(200, answer.Status);
        Assert.EndsWith("/svc/web", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/whoami#x")]
    [InlineData("/who am i")]
    [InlineData("/whoami\x7f")]
    public async Task One_that_cannot_be_read_is_answered_400(string path)
    {
        await using var app = await StartAsync();

        Assert.Equal(400, (await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", path))).Status);
    }

    private async Task<MeshApp> StartAsync() => await (await MeshApp.StartAsync("orders", _identity.Settings)).ReadyAsync();
}
