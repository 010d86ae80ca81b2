using System.Diagnostics;
using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Client;

public class WhatACallCarries
{
    // What HTTP and .NET themselves write; ASP.NET Core traces each request it serves.
    private static readonly string[] _ordinary = ["Host", "traceparent", "tracestate", "baggage", "Correlation-Context", "Request-Id"];

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_trace_and_its_baggage_as_dotnet_writes_them(string version)
    {
        var seen = new Seen();
        await using var fleet = await Fleet.StartAsync(1, map: seen.Map);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: Version.Parse(version));
        using var activity = new Activity("an operation of the app's").AddBaggage("tenant", "blue").Start();

        await http.GetStringAsync("/");

        var headers = Assert.Single(seen.All);
        var propagator = DistributedContextPropagator.Current;
        propagator.ExtractTraceIdAndState(headers, Read, out var trace, out _);
        Assert.StartsWith($"00-{activity.TraceId}-", trace);
        Assert.Equal("blue", propagator.ExtractBaggage(headers, Read)!.Single(pair => pair.Key == "tenant").Value?.Trim());
    }

    [Fact]
    public async Task Nothing_about_who_called_the_app_unless_the_app_itself_copies_it()
    {
        var seen = new Seen();
        await using var fleet = await Fleet.StartAsync(1, map: seen.Map);
        using var identity = new IdentityFiles("middle", fleet.Authority);
        var known = new NamedInstances();
        known.Are(fleet.Instances);
        await using var middle = await MeshApp.StartAsync(
            "middle",
            identity.Settings,
            builder =>
            {
                builder.Services.AddSingleton<IConnectResolver>(known);
                builder.Services.AddHttpContextAccessor();
                builder.Services.AddHttpClient("payments", http => http.BaseAddress = new("https://payments.service.consul")).AddConsulConnect();
            },
            app => app.Run(async context => await context.Response.WriteAsync(await context.RequestServices.GetRequiredService<IHttpClientFactory>().CreateClient("payments").GetStringAsync("/"))));
        await middle.ReadyAsync();
        await using var caller = await MeshClient.StartAsync(fleet.Authority, service: "web");
        caller.Instances.Are("middle", middle.Mesh.Port);
        using var http = caller.CreateHttp("middle");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        foreach (var name in (string[])["Authorization", "Cookie", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Consul-Token", "X-Whatever"])
            request.Headers.TryAddWithoutValidation(name, $"of-the-caller {caller.Service.Credentials.Current!.Self.SpiffeId}");

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var headers = Assert.Single(seen.All);
        Assert.Empty(headers.Keys.Except(_ordinary, StringComparer.OrdinalIgnoreCase));
        Assert.All(headers, header => Assert.DoesNotContain("/svc/web", header.Value.ToString(), StringComparison.Ordinal));
        Assert.EndsWith("/svc/middle", Assert.Single(seen.Callers));
    }

    [Fact]
    public async Task And_not_what_a_sidecar_has_said_about_its_caller_even_then()
    {
        var seen = new Seen();
        await using var fleet = await Fleet.StartAsync(1, map: seen.Map);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-Client-Cert", "URI=spiffe://somebody" }, { "X-Own", "kept" } } };

        using var answer = await http.SendAsync(request);

        var headers = Assert.Single(seen.All);
        Assert.False(headers.ContainsKey("x-forwarded-client-cert"));
        Assert.Equal("kept", headers["X-Own"].ToString());
    }

    private static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        values = null;
        value = ((Dictionary<string, string>)carrier!).GetValueOrDefault(name);
    }

    private sealed class Seen
    {
        public List<Dictionary<string, string>> All { get; } = [];

        public List<string> Callers { get; } = [];

        public void Map(WebApplication app) => app.Use((HttpContext context, RequestDelegate next) =>
        {
            All.Add(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            Callers.Add(context.Features.Get<IConnectPeerFeature>()!.Peer.SpiffeId);
            return next(context);
        });
    }
}
