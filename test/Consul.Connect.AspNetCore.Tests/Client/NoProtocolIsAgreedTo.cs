using System.Net;
using System.Net.Security;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Client;

/// <summary>As behind Consul's built-in proxy: TLS ends in a pipe that knows nothing of the protocol, and an app with h2c is at its end.</summary>
public class NoProtocolIsAgreedTo
{
    [Theory]
    [InlineData(ConnectProtocol.Http2, false)]
    [InlineData(ConnectProtocol.Http1, true)]
    public async Task Http2_is_spoken_all_the_same_where_the_upstream_or_the_request_says_so(ConnectProtocol upstream, bool isExact)
    {
        var authority = TestCa.Create();
        await using var app = await PlainAppAsync();
        await using var proxy = Pipe(authority, app);
        await using var client = await MeshClient.StartAsync(authority, options => options.Connect.Upstreams["payments"] = new() { Protocol = upstream });
        client.Instances.Are("payments", proxy.Port);
        using var http = client.CreateHttp(version: isExact ? HttpVersion.Version20 : null);

        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/a%20b?c=d") { Content = new StreamContent(new MemoryStream("body"u8.ToArray())), Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
            using var answer = await http.SendAsync(request);
            Assert.Equal("HTTP/2 http payments.service.consul /a%20b?c=d body", await answer.Content.ReadAsStringAsync());
            Assert.Equal("https://payments.service.consul/a%20b?c=d", answer.RequestMessage!.RequestUri!.AbsoluteUri);
        }

        // One that showed that nothing is agreed to, and the one in use.
        Assert.Equal(2, proxy.Accepted);
    }

    [Fact]
    public async Task Many_at_once_find_it_out_together()
    {
        var authority = TestCa.Create();
        await using var app = await PlainAppAsync();
        await using var proxy = Pipe(authority, app);
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", proxy.Port);
        using var http = client.CreateHttp(version: HttpVersion.Version20);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.GetStringAsync("/")));

        Assert.All(answers, answer => Assert.StartsWith("HTTP/2 http", answer));
        // One to find out and one to use, or a few where the machine is slow; each would have dialed one else.
        Assert.InRange(proxy.Accepted, 2, 5);
    }

    [Fact]
    public async Task An_instance_that_agrees_later_is_spoken_to_as_agreed()
    {
        var authority = TestCa.Create();
        await using var app = await PlainAppAsync(alternateSchemes: true);
        SslApplicationProtocol[] offered = [];
        await using var proxy = Pipe(authority, app, () => offered);
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", proxy.Port);
        using var http = client.CreateHttp(version: HttpVersion.Version20);
        Assert.StartsWith("HTTP/2 http ", await http.GetStringAsync("/"));

        offered = [SslApplicationProtocol.Http2];
        proxy.Cut();

        Assert.StartsWith("HTTP/2 https ", await Eventually.ReadsAsync("it is called again", async cancellation =>
        {
            try
            {
                return await http.GetStringAsync("/", cancellation);
            }
            catch (HttpRequestException)
            {
                // The connection was in use when it was cut.
                return "";
            }
        }, answer => answer.Length > 0));
    }

    [Fact]
    public async Task One_that_speaks_http1_alone_is_an_error_that_says_so()
    {
        var authority = TestCa.Create();
        await using var proxy = RogueServer.WithTls(authority.IssueLeaf("payments"), tls => RogueServer.AnswerAsync(tls, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", proxy.Port);
        using var http = client.CreateHttp(version: HttpVersion.Version20);

        var failure = Assert.IsType<ConnectDialException>((await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"))).InnerException);

        Assert.Equal(ConnectDialError.WrongProtocol, failure.Error);
        Assert.Contains("answered the HTTP/2 of \"web\" with HTTP/1.1. Set Protocol of this upstream to http1", failure.Message);
    }

    [Fact]
    public async Task A_handler_of_the_apps_own_is_told_which_one_can()
    {
        var authority = TestCa.Create();
        await using var app = await PlainAppAsync();
        await using var proxy = Pipe(authority, app);
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", proxy.Port);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = client.Service.ConnectCallback });
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://payments.service.consul/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var failure = Assert.IsType<ConnectDialException>((await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request))).InnerException);

        Assert.Equal(ConnectDialError.WrongProtocol, failure.Error);
        Assert.Contains("Use AddConsulConnect() or ConnectService.CreateHandler()", failure.Message);
    }

    [Fact]
    public async Task And_the_instance_is_well()
    {
        var authority = TestCa.Create();
        await using var app = await PlainAppAsync();
        await using var one = Pipe(authority, app);
        await using var other = Pipe(authority, app);
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", one.Port, other.Port);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = client.Service.ConnectCallback }) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("https://payments.service.consul/"));

        Assert.Equal((10, 10), (one.Accepted, other.Accepted));
        Assert.DoesNotContain(client.Logs.Entries, entry => entry.Event.Name == "Ejected");
    }

    private static async Task<WebApplication> PlainAppAsync(bool alternateSchemes = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AllowAlternateSchemes = alternateSchemes);
        var app = builder.Build();
        app.Run(async context => await context.Response.WriteAsync(
            $"{context.Request.Protocol} {context.Request.Scheme} {context.Request.Host} {context.Request.Path}{context.Request.QueryString} {await new StreamReader(context.Request.Body).ReadToEndAsync()}"));
        await app.StartAsync();
        return app;
    }

    private static RogueServer Pipe(TestCa authority, WebApplication app, Func<SslApplicationProtocol[]>? alpn = null)
    {
        var target = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        var leaf = authority.IssueLeaf("payments");
        return new RogueServer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = leaf.Context,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                ApplicationProtocols = alpn?.Invoke() is { Length: > 0 } protocols ? [.. protocols] : null,
            });
            using var plain = new System.Net.Sockets.TcpClient();
            await plain.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(tls.CopyToAsync(plain.GetStream()), plain.GetStream().CopyToAsync(tls));
        });
    }
}
