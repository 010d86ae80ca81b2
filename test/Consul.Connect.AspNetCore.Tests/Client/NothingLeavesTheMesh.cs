using System.Net;
using ConsulConnect.Client;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class NothingLeavesTheMesh
{
    [Fact]
    [Trait("Case", "CLI-010")]
    public async Task A_proxy_that_the_machine_names_is_not_used()
    {
        var asked = new OnlyForTheMesh();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = asked;
        try
        {
            await using var fleet = await Fleet.StartAsync(1);
            await using var client = await fleet.CallerAsync();
            using var http = client.CreateHttp();

            Assert.Equal("0", await http.GetStringAsync("/"));
            Assert.False(asked.WasAsked);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task A_name_of_the_mesh_never_reaches_dns_wherever_it_comes_from()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        client.Instances.Are(new ConnectInstance("payments.service.consul", 8443, "payments") { Datacenter = "dc1" });

        var failure = await Assert.ThrowsAsync<ConnectDialException>(() => client.Service.DialAsync(ConnectTarget.Service("payments")));

        Assert.Equal(ConnectDialError.Unreachable, failure.Error);
        Assert.Contains("that address is a name of the mesh, and DNS is never asked for one", failure.Message);
    }

    [Fact]
    public void Neither_redirects_nor_cookies_nor_a_proxy_are_followed_and_no_idle_connection_is_pinged()
    {
        using var handler = PooledHandler.Handler(_ => throw new NotSupportedException());

        Assert.Equal((false, false, false), (handler.UseProxy, handler.AllowAutoRedirect, handler.UseCookies));
        Assert.Equal((TimeSpan.FromSeconds(30), HttpKeepAlivePingPolicy.WithActiveRequests), (handler.KeepAlivePingDelay, handler.KeepAlivePingPolicy));
        Assert.True(handler.EnableMultipleHttp2Connections);
    }

    [Fact]
    public async Task The_synchronous_methods_say_which_one_to_use()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        using var http = client.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");

        Assert.Contains("Use SendAsync", Assert.Throws<NotSupportedException>(() => http.Send(request)).Message);
    }

    [Fact]
    [Trait("Case", "CLI-018")]
    public void There_is_no_way_to_ask_for_it() =>
        Assert.DoesNotContain(
            typeof(ConnectService).Assembly.GetExportedTypes().SelectMany(type => type.GetMembers()).Select(member => member.Name),
            name => name.Contains("Dangerous", StringComparison.OrdinalIgnoreCase) || name.Contains("AcceptAny", StringComparison.OrdinalIgnoreCase) || name.Contains("Insecure", StringComparison.OrdinalIgnoreCase) && !name.Contains("InsecureAgent", StringComparison.Ordinal) || name.Contains("ValidationCallback", StringComparison.Ordinal));

    [Theory]
    [Trait("Case", "CLI-021")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_body_is_buffered_by_nobody_and_the_clients_own_limits_hold(string version)
    {
        var hold = new TaskCompletionSource();
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Run(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            if (context.Request.Path == "/held")
                await hold.Task;
            await context.Response.WriteAsync(new string('x', 100_000));
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: Version.Parse(version));
        using var small = client.CreateHttp(version: Version.Parse(version));
        small.MaxResponseContentBufferSize = 1000;

        using var answer = await http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[5];
        await body.ReadExactlyAsync(first);
        Assert.Equal("first"u8.ToArray(), first);
        hold.SetResult();
        Assert.Equal(100_000, (await new StreamReader(body).ReadToEndAsync()).Length);
        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, (await Assert.ThrowsAsync<HttpRequestException>(() => small.GetAsync("/"))).HttpRequestError);
    }

    [Fact]
    public async Task A_body_is_sent_as_it_comes_and_trailers_arrive()
    {
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            var buffer = new byte[100];
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
                await context.Response.Body.FlushAsync();
            }

            context.Response.AppendTrailer("grpc-status", "0");
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: HttpVersion.Version20);
        var sent = new Duplex();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = sent, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var echo = new byte[3];
        // The one that made the headers come.
        await body.ReadExactlyAsync(echo);
        for (var i = 0; i < 3; i++)
        {
            await (await sent.Stream.Task).WriteAsync("abc"u8.ToArray());
            await (await sent.Stream.Task).FlushAsync();
            await body.ReadExactlyAsync(echo);
            Assert.Equal("abc"u8.ToArray(), echo);
        }

        sent.Done.SetResult();
        Assert.Equal(0, await body.ReadAsync(echo));
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
    }

    private sealed class Duplex : HttpContent
    {
        public TaskCompletionSource<Stream> Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // The headers must leave before the first byte is asked for.
            await stream.WriteAsync("abc"u8.ToArray());
            await stream.FlushAsync();
            Stream.SetResult(stream);
            await Done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class OnlyForTheMesh : IWebProxy
    {
        public bool WasAsked { get; private set; }

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : new("http://127.0.0.1:1");

        public bool IsBypassed(Uri host)
        {
            if (!host.Host.EndsWith(".consul", StringComparison.Ordinal))
                return true;
            WasAsked = true;
            return false;
        }
    }
}
