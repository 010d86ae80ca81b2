using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Server;

/// <summary>Decides requests as a test says, so that it can be about what becomes of a decision.</summary>
internal sealed class StatedDecisions(Func<RequestView, IntentionDecision> decide) : IAuthorizer
{
    public static readonly IntentionDecision Allow = new(true, DecisionReason.Intention, "Allowed.") { Intention = "web -> orders", Permission = 0, IsPerRequest = true };

    public static readonly IntentionDecision Deny = new(false, DecisionReason.Intention, "Denied.") { Intention = "web -> orders", Permission = 1, IsPerRequest = true };

    public bool IsReady => true;

    public string? LastError => null;

    public string DefaultPolicy => "deny";

    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>An app whose connections are let in, and whose requests are decided by <paramref name="decide"/>.</summary>
    public static async Task<MeshApp> StartAsync(IdentityFiles identity, Func<RequestView, IntentionDecision> decide, Action<WebApplication>? map = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplicationBuilder>? before = null, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var app = await MeshApp.StartAsync("orders", [.. identity.Settings, .. settings], builder =>
        {
            builder.Services.AddSingleton(provider =>
            {
                var service = provider.GetRequiredService<ConnectService>();
                return new RequestEnforcement(new StatedDecisions(decide), new("orders", new ConnectMetrics("orders", null), TimeProvider.System, provider.GetRequiredService<ILoggerFactory>().CreateLogger("ConsulConnect")), service.Options.Connect);
            });
            configure?.Invoke(builder);
        }, map, before);
        return await app.ReadyAsync();
    }

    public void Start()
    {
    }

    public Task WaitReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) => new(Allow);

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => decide(request);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
