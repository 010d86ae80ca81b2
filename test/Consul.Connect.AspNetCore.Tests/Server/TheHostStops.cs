using System.Diagnostics;
using System.Net.Security;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Server;

/// <summary>A stop in its steps: out of the catalog, known, drained, stopped.</summary>
public sealed class TheHostStops : IAsyncLifetime
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConsulDevAgent _agent = null!;
    private MeshCaller _web = null!;

    public async Task InitializeAsync()
    {
        _agent = await ConsulDevAgent.StartAsync();
        _agent.Allow("web", "orders");
        _web = await CallerAsync();
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task Out_of_the_catalog_first_and_serving_until_callers_know()
    {
        await using var app = await StartAsync(("Consul:Registration:PropagationDelay", "8s"));
        var stop = app.StopAsync();

        await Eventually.HoldsAsync("it has left the catalog", async _ => await StatusAsync() is null);
        Assert.Equal(200, (await Http2Connection.SendOnceAsync(_web, app.Mesh.Port, Http2Connection.Request("GET", "/whoami"))).Status);
        Assert.False(stop.IsCompleted);
        await stop;
    }

    [Fact]
    public async Task Drained_while_the_listener_still_accepts_and_no_request_is_cut()
    {
        await using var app = await StartAsync(("Consul:Registration:PropagationDelay", "0s"));
        await using var open = await Http2Connection.OpenAsync(_web, app.Mesh.Port);
        var running = await open.BeginAsync(Http2Connection.Request("GET", "/hold"));
        await _holds.Task;
        var stop = app.StopAsync();

        // A stop that closed its listener first would refuse this one.
        await Eventually.HoldsAsync("it drains", async _ => await StatusAsync() is null);
        Assert.Equal(200, (await Http2Connection.SendOnceAsync(_web, app.Mesh.Port, Http2Connection.Request("GET", "/whoami"))).Status);

        _held.SetResult();
        Assert.Equal(200, (await running.Answer).Status);
        await stop;
    }

    [Fact]
    public async Task A_kept_http1_connection_ends_and_the_stop_with_it_long_before_the_time_to_drain()
    {
        await using var app = await StartAsync(("Consul:Registration:PropagationDelay", "0s"), ("Consul:Registration:DrainTime", "20s"));
        await using var kept = await Http1Connection.OpenAsync(_web, app.Mesh.Port);
        Assert.Equal(200, (await kept.SendAsync(Http1Connection.Request("GET", "/whoami", ("Host", "orders")))).Status);

        await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        Assert.True(await kept.IsClosedAsync());
    }

    [Fact]
    [Trait("Case", "REG-012")]
    public async Task An_agent_that_is_gone_does_not_hold_it_up()
    {
        await using var app = await StartAsync();
        await _agent.DisposeAsync();
        app.Logs.Expect("AgentUnreachable").Expect("DeregistrationFailed");

        await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        Assert.Contains("consul services deregister -id=", (await app.Logs.WaitForAsync("DeregistrationFailed")).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "REG-016")]
    public async Task With_the_token_of_the_moment_not_the_one_it_was_registered_with()
    {
        var tokens = Directory.CreateTempSubdirectory();
        var file = Path.Combine(tokens.FullName, "token");
        await File.WriteAllTextAsync(file, "first");
        await using var agent = await ScriptedAgent.StartAsync();
        agent.UseCa(TestCa.Create());
        await using (var app = await MeshApp.StartAsync("orders", [new("Consul:Address", agent.Address), new("Consul:TokenFile", file), new("Consul:Service:Name", "orders"), new("Consul:Registration:PropagationDelay", "0s")]))
        {
            await agent.Requests.WaitForAsync(request => request is { Path: "/v1/agent/service/register", Token: "first" });
            await File.WriteAllTextAsync(file, "second");
            await agent.Requests.WaitForAsync(request => request is { Path: "/v1/agent/service/register", Token: "second" });

            await app.StopAsync();
        }

        var gone = Assert.Single(agent.Requests.All, request => request.Path.StartsWith("/v1/agent/service/deregister/", StringComparison.Ordinal));
        Assert.Equal("second", gone.Token);
        tokens.Delete(recursive: true);
    }

    [Fact]
    public async Task Serving_until_callers_know_also_where_another_registered_it()
    {
        await using var app = await MeshApp.StartAsync("orders", [new("Consul:Address", $"{_agent.Address}"), new("Consul:Registration:Enabled", "false"), new("Consul:Registration:PropagationDelay", "3s")]);
        await app.ReadyAsync();
        var clock = Stopwatch.StartNew();
        await app.StopAsync();

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Steps_that_do_not_fit_into_the_hosts_time_are_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(("Consul:Registration:DrainTime", "24s")));

        Assert.Contains("Consul:Registration:PropagationDelay is 2s and DrainTime is 24s", fault.Message, StringComparison.Ordinal);
        Assert.Contains("HostOptions.ShutdownTimeout, which is 30s", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_that_just_fit_are_none()
    {
        await using var app = await StartAsync(("Consul:Registration:DrainTime", "23s"));
        Assert.True(app.Service.IsReady);
    }

    private async Task<MeshApp> StartAsync(params (string Key, string? Value)[] settings)
    {
        var app = await MeshApp.StartAsync("orders", [new("Consul:Address", $"{_agent.Address}"), new("Consul:Service:Name", "orders"), .. settings.Select(one => KeyValuePair.Create(one.Key, one.Value))], map: app =>
        {
            app.MapGet("/whoami", () => "orders");
            app.MapGet("/hold", async (HttpContext _) =>
            {
                _holds.SetResult();
                await _held.Task;
                return "held";
            });
        });
        await app.ReadyAsync();
        await Eventually.HoldsAsync("it is in the catalog", async _ => await StatusAsync() is not null);
        return app;
    }

    private async Task<string?> StatusAsync()
    {
        using var http = new HttpClient { BaseAddress = _agent.Address };
        var entries = JsonNode.Parse(await http.GetStringAsync("/v1/health/connect/orders"))!.AsArray();
        return entries.Count == 0 ? null : "there";
    }

    private async Task<MeshCaller> CallerAsync()
    {
        var leaf = await _agent.IssueLeafAsync("web");
        return new() { Certificate = SslStreamCertificateContext.Create(leaf.Certificate, leaf.Intermediates, offline: true), Roots = leaf.Roots };
    }
}
