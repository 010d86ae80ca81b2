using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Server;

public sealed class PermissionsAreAudited : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData("Audit", 1)]
    [InlineData("Enforce", 0)]
    [Trait("Case", "CFG-010")]
    public async Task A_gauge_shows_it_for_as_long_as_it_is_so(string mode, int expected)
    {
        using var metrics = new MetricsRecorder("orders");
        await using (var app = await MeshApp.StartAsync("orders", [.. _identity.Settings, new("Consul:Connect:Authorization:Mode", mode)]))
        {
            app.Logs.Expect("Mode is Audit");
            await app.ReadyAsync();
            metrics.Observe();
            Assert.Equal(expected, metrics.Of("consul.connect.authorization.audit").Sum(one => one.Value));
        }
    }

    [Theory]
    [InlineData("Intention", true, 200)]
    [InlineData("DefaultPolicy", true, 200)]
    [InlineData("NotUnderstood", true, 200)]
    [InlineData("Jwt", true, 200)]
    [InlineData("AmbiguousTarget", false, 200)]
    [InlineData("PathDisagreement", true, 200)]
    [InlineData("Intention", false, 403)]
    [InlineData("DefaultPolicy", false, 403)]
    [InlineData("Revoked", false, 403)]
    [InlineData("MalformedRequest", true, 400)]
    [InlineData("Unknown", true, 503)]
    [InlineData("Stale", true, 503)]
    [InlineData("PolicyError", true, 503)]
    public async Task Only_what_permissions_refuse_is_let_through(string reason, bool perRequest, int status)
    {
        using var metrics = new MetricsRecorder("orders");
        await using var app = await StartAsync(new(false, Enum.Parse<DecisionReason>(reason), "Because.") { IsPerRequest = perRequest });

        var answer = await Http1Connection.SendOnceAsync(_identity.Caller($"audited-{reason}-{perRequest}"), app.Mesh.Port, Http1Connection.Request("GET", "/whoami", ("host", "orders")));

        Assert.Equal(status, answer.Status);
        await metrics.WaitForAsync("consul.connect.authorization.decisions", ("consul.connect.decision", status == 200 ? "audit_deny" : "deny"), ("consul.connect.source", $"audited-{reason}-{perRequest}"));
        Assert.Equal(LogLevel.Information, (await app.Logs.WaitForAsync(status == 200 ? "RequestAudited" : "RequestDenied")).Level);
    }

    [Fact]
    public async Task A_warning_at_start_says_so()
    {
        await using var app = await StartAsync(StatedDecisions.Deny);

        Assert.Equal(LogLevel.Warning, (await app.Logs.WaitForAsync("Mode is Audit")).Level);
    }

    private async Task<MeshApp> StartAsync(IntentionDecision decision)
    {
        var app = await StatedDecisions.StartAsync(_identity, _ => decision, settings: new KeyValuePair<string, string?>("Consul:Connect:Authorization:Mode", "Audit"));
        app.Logs.Expect("Mode is Audit");
        return app;
    }
}
