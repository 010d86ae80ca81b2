using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.MeshTests.Registration;

/// <summary>An app that registers as orders-1 and leaves quickly.</summary>
internal static class OrdersApp
{
    public static async Task<MeshApp> StartAsync(AnyAgent agent, Action<WebApplicationBuilder>? configure = null, params (string Key, string Value)[] settings)
    {
        var app = await MeshApp.StartAsync(
            "orders",
            [
                new("Consul:Address", agent.Address),
                new("Consul:Service:Name", "orders"),
                new("Consul:Service:Id", "orders-1"),
                new("Consul:Registration:PropagationDelay", "0s"),
                .. settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)),
            ],
            configure,
            map: web => web.MapGet("/health", () => "well"));
        // An agent that has just come back may have no leader yet, and then no roots.
        app.Logs.Expect("AgentUnreachable").Expect("it lists no roots").Expect("PairWaits").Expect("HealthCheckEnd");
        await app.Service.Registrar!.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return app;
    }

    /// <summary>The configuration is changed.</summary>
    public static void Redefine(this MeshApp app, Action<ConsulServiceOptions> define)
    {
        var definition = new ConsulServiceOptions { Name = "orders", Id = "orders-1" };
        define(definition);
        app.Service.Registrar!.Redefine(definition);
    }
}
