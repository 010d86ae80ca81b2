using ConsulConnect.MeshTests.Peers;

namespace ConsulConnect.MeshTests.Registration;

public sealed class AnOperatorsMaintenance
{
    private const string MaintenanceId = "_service_maintenance:orders-1";

    [SkippableFact]
    public async Task Outlives_a_restart_of_the_agent_and_a_changed_definition()
    {
        await using var agent = await AnyAgent.StartAsync(AnyAgent.Real, keepsState: true);
        await using var app = await OrdersApp.StartAsync(agent);
        await agent.HasAsync("orders", "it passes", one => one.Status == "passing");
        await agent.PutAsync("/v1/agent/service/maintenance/orders-1?enable=true&reason=new+disks");
        await InMaintenanceAsync(agent);

        await agent.RestartAsync();
        await InMaintenanceAsync(agent);
        app.Redefine(definition => definition.Tags.Add("v2"));
        await agent.HasAsync("orders", "the new definition is there", one => one.Tags is ["v2"]);
        await agent.PutAsync("/v1/agent/service/deregister/orders-1");
        await agent.HasAsync("orders", "whoever deregisters it ends the maintenance", one => one.Status == "passing");
        await agent.PutAsync("/v1/agent/service/maintenance/orders-1?enable=true&reason=new+disks");
        app.Redefine(definition => definition.Tags.Add("v3"));
        await agent.HasAsync("orders", "the newest definition is there", one => one.Tags is ["v3"]);
        await InMaintenanceAsync(agent);

        await agent.PutAsync("/v1/agent/service/maintenance/orders-1?enable=false");
        await agent.HasAsync("orders", "it passes again", one => one.Status == "passing");
    }

    private static Task<CatalogInstance> InMaintenanceAsync(AnyAgent agent) => agent.HasAsync(
        "orders",
        "it is in the operator's maintenance, and well besides",
        one => one.Checks.Any(check => (check.Id, check.Status, check.Notes) == (MaintenanceId, "critical", "new disks")) && one.Checks.Any(check => (check.Id, check.Status) == ("service:orders-1", "passing")));
}
