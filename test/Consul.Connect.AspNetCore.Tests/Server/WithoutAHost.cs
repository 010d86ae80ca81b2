using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Server;

/// <summary>A TCP echo server in the mesh, as the README of a database driver would show it.</summary>
public sealed class WithoutAHost : IDisposable
{
    private readonly IdentityFiles _identity = new("echo");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task A_listener_of_the_apps_own_serves_a_caller_that_is_allowed()
    {
        await using var service = await StartAsync(ConnectDefaultPolicy.Allow);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = EchoOnceAsync(listener, service);
        await using var tls = await _identity.Caller().OpenTlsAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        await tls.WriteAsync("ping"u8.ToArray());

        var answer = new byte[4];
        await tls.ReadExactlyAsync(answer);
        Assert.Equal("ping"u8.ToArray(), answer);
        await tls.DisposeAsync();
        Assert.Equal("web", await serving);
    }

    [Fact]
    public async Task A_caller_that_is_denied_gets_no_byte()
    {
        await using var service = await StartAsync(ConnectDefaultPolicy.Deny);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = EchoOnceAsync(listener, service);
        await using var tls = await _identity.Caller().OpenTlsAsync(((IPEndPoint)listener.LocalEndpoint).Port);

        Assert.Equal(0, await tls.ReadAsync(new byte[1]));
        var denied = await Assert.ThrowsAsync<ConnectDeniedException>(() => serving);
        Assert.Contains("\"web\" may not call \"echo\"", denied.Message);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_an_authentication_error()
    {
        await using var service = await StartAsync(ConnectDefaultPolicy.Allow);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = EchoOnceAsync(listener, service);
        await using var tls = await (_identity.Caller() with { Certificate = null }).OpenTlsAsync(((IPEndPoint)listener.LocalEndpoint).Port);

        await Assert.ThrowsAsync<AuthenticationException>(() => serving);
    }

    [Fact]
    public async Task Waiting_for_readiness_says_what_is_missing_when_it_is_given_up()
    {
        await using var service = await ConnectService.StartAsync(options =>
        {
            options.Address = "http://127.0.0.1:1";
            options.Connect.Service = "echo";
        });
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var late = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.WaitUntilReadyAsync(given.Token));
        Assert.Contains("\"echo\" is not ready: no certificate", late.Message);
        Assert.False(service.IsReady);
    }

    [Fact]
    public async Task Disposal_ends_those_who_wait_and_may_come_twice()
    {
        var service = await ConnectService.StartAsync(options =>
        {
            options.Address = "http://127.0.0.1:1";
            options.Connect.Service = "echo";
        });
        var waiting = service.WaitUntilReadyAsync();

        await service.DisposeAsync();
        await service.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.WaitUntilReadyAsync());
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind()
    {
        var ended = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Meter.Tags?.Any(tag => (tag.Key, tag.Value) is ("consul.connect.service", "echo-fails")) == true)
                meters.EnableMeasurementEvents(instrument);
        };
        listener.MeasurementsCompleted = (_, _) => ended++;
        listener.Start();

        await Assert.ThrowsAsync<OptionsValidationException>(() => ConnectService.StartAsync(options =>
        {
            options.Address = "http://127.0.0.1:1";
            options.Service = new() { Name = "echo-fails", Port = 9000, Checks = { new() { Http = $"http://{Environment.MachineName}:9000/", Interval = TimeSpan.FromSeconds(10) } } };
        }));
        Assert.NotEqual(0, ended);
    }

    private async Task<ConnectService> StartAsync(ConnectDefaultPolicy policy)
    {
        var service = await ConnectService.StartAsync(options =>
        {
            var settings = _identity.Settings;
            options.Connect.Service = "echo";
            options.Connect.Authorization.DefaultPolicy = policy;
            options.Connect.Certificates = new()
            {
                CertFile = settings["Consul:Connect:Certificates:CertFile"],
                KeyFile = settings["Consul:Connect:Certificates:KeyFile"],
                CaFile = settings["Consul:Connect:Certificates:CaFile"],
            };
        });
        await service.WaitUntilReadyAsync();
        return service;
    }

    private static async Task<string> EchoOnceAsync(TcpListener listener, ConnectService service)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var connection = await service.AuthenticateAsServerAsync(client.GetStream());
        await connection.Stream.CopyToAsync(connection.Stream);
        return connection.Peer.Service;
    }
}
