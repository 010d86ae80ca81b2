using ConsulConnect.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Diagnostics;

public sealed class TheHealthIsChecked : IAsyncLifetime
{
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly TestCa _authority = TestCa.Create();
    private ScriptedAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await ScriptedAgent.StartAsync();

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task Before_the_first_certificate_it_is_unhealthy_and_names_what_is_missing()
    {
        await using var app = await StartAsync();
        app.Logs.Expect("");

        var report = await CheckAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("no certificate", report.Description, StringComparison.Ordinal);
        Assert.Equal(false, report.Data["ready"]);
    }

    [Fact]
    public async Task In_the_mesh_it_is_healthy_and_its_data_says_what_since_when()
    {
        _agent.UseCa(_authority);
        await using var app = await ReadyAsync();

        var report = await CheckAsync(app);

        Assert.Equal((HealthStatus.Healthy, "\"health\" is in the mesh."), (report.Status, report.Description));
        Assert.Equal(("health", true, "allow"), (report.Data["service"], report.Data["ready"], report.Data["defaultPolicy"]));
        Assert.All((string[])["leafNotAfter", "intentionsConfirmed", "rootsConfirmed", "leafConfirmed"], key => Assert.Contains(key, report.Data.Keys));
        Assert.All(report.Data.Values, value => Assert.DoesNotContain("-----BEGIN", value.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_degrades_it_after_a_minute()
    {
        _agent.UseCa(_authority);
        await using var app = await ReadyAsync();
        app.Logs.Expect("AgentUnreachable");
        using var failing = _agent.Fail("/v1/", 500, "No cluster leader");
        await UntilLoggedAsync(app, "AgentUnreachable");

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app)).Status);
        _time.Jump(TimeSpan.FromSeconds(61));

        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("intentions were confirmed ", report.Description, StringComparison.Ordinal);
        Assert.Contains("/v1/connect/intentions/match", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Past_MaxStaleness_it_is_unhealthy()
    {
        _agent.UseCa(_authority);
        await using var app = await ReadyAsync(("Consul:Connect:Authorization:MaxStaleness", "00:00:40"));
        app.Logs.Expect("AgentUnreachable");
        using var failing = _agent.Fail("/v1/", 500, "No cluster leader");
        await UntilLoggedAsync(app, "AgentUnreachable");
        _time.Jump(TimeSpan.FromSeconds(41));

        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("past MaxStaleness", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_makes_it_unhealthy_after_half_a_minute_while_the_last_word_serves()
    {
        _agent.UseCa(_authority);
        await using var app = await ReadyAsync();
        app.Logs.Expect("Denied");
        using var failing = _agent.Fail("/v1/connect/intentions/match", 403, "Permission denied");
        _agent.WakeIntentions();
        await UntilLoggedAsync(app, "Denied");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app)).Status);

        _time.Jump(TimeSpan.FromSeconds(31));

        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("the agent has refused intentions for 3", report.Description, StringComparison.Ordinal);
        using var client = MeshCaller.From(_authority.IssueLeaf("web"), _authority).CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leaf_past_four_fifths_of_its_life_degrades_it_and_one_that_has_ended_makes_it_unhealthy()
    {
        _agent.UseCa(_authority);
        var now = _time.GetUtcNow();
        _agent.SetLeaf("health", _authority.IssueLeaf("health", leaf => (leaf.NotBefore, leaf.NotAfter) = (now.AddSeconds(-10), now.AddSeconds(90))));
        await using var app = await ReadyAsync();
        app.Logs.Expect("");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app)).Status);

        _time.Jump(TimeSpan.FromSeconds(75));
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(app)).Status);
        _time.Jump(TimeSpan.FromSeconds(16));

        var report = await CheckAsync(app, "mesh-warn");
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("the leaf ended at", report.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(app)).Status);
    }

    [Fact]
    public async Task A_token_with_less_than_a_tenth_of_its_life_left_degrades_it_until_there_is_another()
    {
        _agent.UseCa(_authority);
        var now = _time.GetUtcNow();
        _agent.TokenLife = (now, now.AddHours(10));
        // Registered by nobody, as under Nomad.
        await using var app = await ReadyAsync(("Consul:Token", "5c0f0b0e-0c3e-4f0c-9d1c-3a6f8d6a2b11"));
        app.Logs.Expect("AgentUnreachable");
        await Eventually.HoldsAsync("the token's life is known", () => app.Service.TokenLife is not null);
        _time.Jump(TimeSpan.FromHours(8.9));
        Assert.DoesNotContain("token", (await CheckAsync(app)).Description, StringComparison.Ordinal);

        _time.Jump(TimeSpan.FromHours(0.2));
        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains($"the agent's token ends at {now.AddHours(10).UtcDateTime:u}; give the app another one, with Consul:TokenFile without a restart", report.Description, StringComparison.Ordinal);

        _agent.TokenLife = (now.AddHours(9), now.AddHours(19));
        await Eventually.HoldsAsync("the token's life is known anew", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            return app.Service.TokenLife?.Created > now;
        });
        Assert.DoesNotContain("token", (await CheckAsync(app)).Description, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "REG-002")]
    public async Task A_registration_that_is_refused_makes_it_unhealthy_and_says_what_the_token_needs()
    {
        _agent.UseCa(_authority);
        using var failing = _agent.Fail("/v1/agent/service/register", 403, "Permission denied");
        await using var app = await ReadyAsync(("Consul:Service:Name", "health"));
        app.Logs.Expect("Denied");
        await UntilLoggedAsync(app, "Denied");
        var early = await CheckAsync(app);
        Assert.Equal((HealthStatus.Degraded, false), (early.Status, early.Data["registered"]));
        Assert.Contains("the app is not in the catalog (", early.Description, StringComparison.Ordinal);

        _time.Jump(TimeSpan.FromSeconds(31));
        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("the agent has refused registration for 3", report.Description, StringComparison.Ordinal);
        Assert.Contains("the token needs service:write on \"health\"", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_without_an_answer_yet_degrades_it_too()
    {
        _agent.UseCa(_authority);
        using var held = _agent.Hold("/v1/agent/service/register");
        await using var app = await ReadyAsync(("Consul:Service:Name", "health"));
        await _agent.Requests.WaitForAsync(request => request.Path == "/v1/agent/service/register");

        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("the app is not in the catalog (it is being registered)", report.Description, StringComparison.Ordinal);
        held.Dispose();
    }

    [Fact]
    public async Task What_only_the_agent_can_refuse_degrades_it_in_the_agents_words()
    {
        _agent.UseCa(_authority);
        using var failing = _agent.Fail("/v1/agent/service/register", 400, "Invalid check: too odd");
        await using var app = await ReadyAsync(("Consul:Service:Name", "health"));
        app.Logs.Expect("Failed");
        await UntilLoggedAsync(app, "Failed");
        _time.Jump(TimeSpan.FromSeconds(40));

        var report = await CheckAsync(app);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("400 Invalid check: too odd", report.Description, StringComparison.Ordinal);
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "Failed");
    }

    [Fact]
    [Trait("Case", "REG-014")]
    public async Task Nothing_is_registered_before_there_is_a_certificate_roots_and_a_policy()
    {
        using var failing = _agent.Fail("/v1/connect/intentions/match", 500, "not yet");
        await using var app = await StartAsync(("Consul:Service:Name", "health"));
        app.Logs.Expect("");
        await _agent.Requests.WaitForAsync(request => request.Path.StartsWith("/v1/agent/connect/ca/leaf", StringComparison.Ordinal));
        _agent.UseCa(_authority);
        await Eventually.HoldsAsync("there is a certificate", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return app.Service.Credentials.Current is not null;
        });
        Assert.Empty(_agent.Services);
        Assert.DoesNotContain(_agent.Requests.All, request => request.Path.StartsWith("/v1/agent/service", StringComparison.Ordinal));

        failing.Dispose();
        await UntilRegisteredAsync(app);
        Assert.Equal("passing", _agent.KnownChecks.Values.Single()["Status"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_intention_that_cannot_be_used_is_a_warning_and_changes_nothing()
    {
        _agent.UseCa(_authority);
        _agent.SetIntentions(new ScriptedIntention("web", "health") { More = new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["Odd"] = "member" } });
        await using var app = await ReadyAsync();
        app.Logs.Expect("");

        var report = await CheckAsync(app);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Contains("Warning:", report.Description, StringComparison.Ordinal);
        Assert.Contains("warnings", report.Data.Keys);
    }

    [Fact]
    public async Task Without_the_mesh_the_check_says_which_call_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHealthChecks().AddConsulConnect();
        builder.Services.AddLogging();
        using var host = builder.Build();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync());
        Assert.Contains("UseConsulConnect()", fault.Message, StringComparison.Ordinal);
    }

    private async Task<MeshApp> StartAsync(params (string Key, string Value)[] settings)
    {
        var app = await MeshApp.StartAsync(
            "health",
            [new("Consul:Address", _agent.Address), .. settings.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value))],
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_time);
                builder.Services.AddHealthChecks().AddConsulConnect().AddConsulConnect("mesh-warn", HealthStatus.Degraded, ["mesh"]);
            });
        app.Logs.Expect("HealthCheckEnd");
        return app;
    }

    private Task UntilLoggedAsync(MeshApp app, string name) => Eventually.HoldsAsync($"{name} is logged", () =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return app.Logs.Entries.Any(entry => entry.Event.Name == name);
    });

    // What waits on the way waits by the clock of the test.
    private async Task<MeshApp> ReadyAsync(params (string Key, string Value)[] settings)
    {
        var app = await StartAsync(settings);
        await Eventually.HoldsAsync("the app is ready", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return app.Service.IsReady;
        });
        return app;
    }

    private Task UntilRegisteredAsync(MeshApp app) => Eventually.HoldsAsync("the app is registered", () =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return app.Service.Registrar!.IsRegistered;
    });

    private static async Task<HealthReportEntry> CheckAsync(MeshApp app, string name = "consul-connect")
    {
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == name);
        return report.Entries[name];
    }
}
