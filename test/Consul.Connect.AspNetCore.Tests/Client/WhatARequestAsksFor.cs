using System.Net;
using System.Net.WebSockets;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class WhatARequestAsksFor
{
    [Theory]
    [InlineData(ConnectProtocol.Http1, "1.1", HttpVersionPolicy.RequestVersionOrLower, "HTTP/1.1")]
    [InlineData(ConnectProtocol.Http1, "1.1", HttpVersionPolicy.RequestVersionOrHigher, "HTTP/1.1")]
    [InlineData(ConnectProtocol.Http1, "2.0", HttpVersionPolicy.RequestVersionOrLower, "HTTP/1.1")]
    [InlineData(ConnectProtocol.Http1, "2.0", HttpVersionPolicy.RequestVersionExact, "HTTP/2")]
    [InlineData(ConnectProtocol.Http2, "1.1", HttpVersionPolicy.RequestVersionOrLower, "HTTP/2")]
    [InlineData(ConnectProtocol.Http2, "1.1", HttpVersionPolicy.RequestVersionOrHigher, "HTTP/2")]
    [InlineData(ConnectProtocol.Http2, "3.0", HttpVersionPolicy.RequestVersionOrLower, "HTTP/2")]
    [InlineData(ConnectProtocol.Http2, "1.1", HttpVersionPolicy.RequestVersionExact, "HTTP/1.1")]
    public async Task The_upstream_decides_the_protocol_unless_the_request_is_exact(ConnectProtocol upstream, string version, HttpVersionPolicy policy, string spoken)
    {
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Run(context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Scheme} {context.Request.Host}")));
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { Protocol = upstream });
        using var http = client.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = Version.Parse(version), VersionPolicy = policy };

        using var answer = await http.SendAsync(request);

        Assert.Equal($"{spoken} https payments.service.consul", await answer.Content.ReadAsStringAsync());
        Assert.Equal((Version.Parse(version), policy), (request.Version, request.VersionPolicy));
    }

    [Fact]
    public async Task Exactly_a_version_beyond_the_mesh_is_refused()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        using var http = client.CreateHttp(version: HttpVersion.Version30);

        Assert.Contains("HTTP/1.1 and HTTP/2", (await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"))).Message);
    }

    [Fact]
    public async Task Plain_http_to_a_mesh_name_is_refused_before_any_byte_and_the_right_form_named()
    {
        await using var server = new RogueServer(_ => Task.CompletedTask);
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        client.Instances.Are("payments", server.Port);
        using var http = client.CreateHttp();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://payments.service.consul/"));

        Assert.Contains("https://payments.service.consul", failure.Message);
        Assert.Contains("nothing was sent", failure.Message);
        Assert.Equal(0, server.Accepted);
    }

    [Theory]
    [Trait("Case", "CLI-012")]
    [InlineData("https://example.com/")]
    [InlineData("https://localhost:8080/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://payments/")]
    [InlineData("https://payments.service.consul.example/")]
    [InlineData("https://payments.service.consul./")]
    [InlineData("https://tag.payments.service.consul/")]
    [InlineData("https://payments.connect.consul/")]
    [InlineData("https://payments.service.dc1.extra.consul/")]
    public async Task Any_other_host_is_refused_with_the_forms_that_are_not(string address)
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        using var http = client.CreateHttp();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(address));

        Assert.Contains("<service>.service", failure.Message);
        Assert.Contains("<query>.query", failure.Message);
    }

    [Theory]
    [Trait("Case", "CLI-023")]
    [InlineData("https://pay%2fments.service.consul/")]
    [InlineData("https://...service.consul/")]
    [InlineData("https://*.service.consul/")]
    [InlineData("https://payments/../.service.consul/")]
    public async Task A_name_that_can_be_no_service_is_refused(string address)
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        using var http = client.CreateHttp();

        await Assert.ThrowsAnyAsync<Exception>(() => http.GetAsync(address));
        Assert.DoesNotContain(client.Logs.Entries, entry => entry.Message.Contains("dial", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Case", "CLI-023")]
    public async Task Letters_of_a_host_name_do_not_matter()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();

        Assert.Equal("0", await http.GetStringAsync("https://PAYMENTS.Service.CONSUL/"));
    }

    [Fact]
    [Trait("Case", "CLI-009")]
    public async Task A_redirect_is_not_followed()
    {
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Run(context =>
        {
            context.Response.Redirect("http://example.com/");
            context.Response.Headers.SetCookie = "a=b";
            return Task.CompletedTask;
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();

        using var answer = await http.GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task What_a_caller_claimed_about_itself_is_not_passed_on()
    {
        var seen = new TaskCompletionSource<string>();
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Use((HttpContext context, RequestDelegate next) =>
        {
            seen.TrySetResult(context.Request.Headers["x-forwarded-client-cert"].ToString());
            return next(context);
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();
        http.DefaultRequestHeaders.Add("X-Forwarded-Client-Cert", "URI=spiffe://somebody");

        await http.GetStringAsync("/");

        Assert.Equal("", await seen.Task);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_web_socket(string version)
    {
        await using var fleet = await Fleet.StartAsync(1, map: app =>
        {
            app.UseWebSockets();
            app.Run(async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[100];
                var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
                await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, true, context.RequestAborted);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                await socket.ReceiveAsync(buffer, context.RequestAborted);
            });
        });
        await using var client = await fleet.CallerAsync();
        using var invoker = new HttpMessageInvoker(client.Service.CreateHandler());
        using var socket = new ClientWebSocket { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

        await socket.ConnectAsync(new("wss://payments.service.consul/"), invoker, CancellationToken.None);
        // Its handler is retired meanwhile; the socket goes on.
        var generation = client.Service.Credentials.Current!.Generation;
        client.Logs.Expect("FilesRejected");
        client.Identity.Write(client.Identity.Authority.IssueLeaf("web"));
        await Eventually.HoldsAsync("the new leaf is in use", () => client.Service.Credentials.Current!.Generation > generation);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, CancellationToken.None);

        Assert.Equal("ping"u8.ToArray(), buffer[..got.Count]);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }
}
