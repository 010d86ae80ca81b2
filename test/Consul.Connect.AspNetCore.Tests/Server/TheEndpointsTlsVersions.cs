using System.Security.Authentication;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

public sealed class TheEndpointsTlsVersions : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData(null, SslProtocols.Tls12)]
    [InlineData(null, SslProtocols.Tls13)]
    [InlineData("Tls13", SslProtocols.Tls13)]
    [InlineData("Tls12", SslProtocols.Tls12)]
    public async Task Are_spoken(string? configured, SslProtocols offered)
    {
        await using var app = await StartAsync(configured);
        await using var tls = await (_identity.Caller() with { Protocols = offered }).OpenTlsAsync(app.Mesh.Port);

        Assert.Equal(offered, tls.SslProtocol);
    }

    [Theory]
    [InlineData("Tls13", SslProtocols.Tls12)]
    [InlineData("Tls12", SslProtocols.Tls13)]
    public async Task Others_are_refused(string configured, SslProtocols offered)
    {
        await using var app = await StartAsync(configured);

        await Assert.ThrowsAnyAsync<Exception>(() => (_identity.Caller() with { Protocols = offered }).OpenTlsAsync(app.Mesh.Port));
    }

    private async Task<MeshApp> StartAsync(string? configured)
    {
        var settings = _identity.Settings;
        if (configured is not null)
            settings["Kestrel:Endpoints:Connect:SslProtocols:0"] = configured;
        return await (await MeshApp.StartAsync("orders", settings)).ReadyAsync();
    }
}
