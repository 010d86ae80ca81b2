using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.DevAgent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Benchmarks.Calls;

/// <summary>
/// A mesh with one server, a plain Kestrel with static mutual TLS, so that what it costs is the same for whoever calls; and two
/// clients of it.
/// </summary>
internal sealed class OneServer : IAsyncDisposable
{
    private readonly ConsulDevAgent _agent;
    private readonly WebApplication _server;
    private readonly ConnectService _service;
    private readonly ConsulDevLeaf _leaf;
    private readonly int _port;

    private OneServer(ConsulDevAgent agent, WebApplication server, ConnectService service, ConsulDevLeaf leaf)
    {
        (_agent, _server, _service, _leaf) = (agent, server, service, leaf);
        _port = BindingAddress.Parse(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public static async Task<OneServer> StartAsync()
    {
        var agent = await ConsulDevAgent.StartAsync();
        var server = await ServeAsync(await agent.IssueLeafAsync("payments"));
        var service = await ConnectService.StartAsync(options =>
        {
            options.Address = agent.Address.OriginalString;
            options.Connect.Service = "web";
        });
        await service.WaitUntilReadyAsync();
        var one = new OneServer(agent, server, service, await agent.IssueLeafAsync("web"));
        using var peer = new HttpClient { BaseAddress = agent.Address };
        using var answer = await peer.PutAsync("/v1/agent/service/register", JsonContent.Create(new { Name = "payments", Address = "127.0.0.1", Port = one._port, Connect = new { Native = true } }));
        answer.EnsureSuccessStatusCode();
        return one;
    }

    public HttpClient Ours(Version version) => Client(_service.CreateHandler(), version);

    // It calls the server by the same name, so that the requests of both are the same to the byte.
    public HttpClient Bare(Version version) => Client(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectCallback = ConnectAsync,
            SslOptions = new()
            {
                ClientCertificateContext = SslStreamCertificateContext.Create(_leaf.Certificate, _leaf.Intermediates, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => Verify(certificate),
            },
        },
        version);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
        await _agent.DisposeAsync();
        _leaf.Dispose();
    }

    private static async Task<WebApplication> ServeAsync(ConsulDevLeaf leaf)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = leaf.Certificate;
                https.ServerCertificateChain = leaf.Intermediates;
                https.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => Verify(certificate, leaf);
            });
        }));
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(HttpMessageHandler handler, Version version) => new(handler)
    {
        BaseAddress = new("https://payments.service.consul"),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Verify(X509Certificate? certificate) => certificate is not null && Verify(new X509Certificate2(certificate), _leaf);

    private static bool Verify(X509Certificate2 certificate, ConsulDevLeaf leaf)
    {
        using var chain = new X509Chain { ChainPolicy = new() { RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust } };
        chain.ChainPolicy.CustomTrustStore.AddRange(leaf.Roots);
        return chain.Build(certificate);
    }
}
