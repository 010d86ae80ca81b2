using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Registration;

public sealed class AnOperatorsMaintenance
{
    private const string MaintenanceId = "_service_maintenance:orders-1";

    [SkippableFact]
    public async Task Outlives_a_restart_of_the_agent_and_a_changed_definition()
    {
        await using var agent = await AnyAgent.StartAsync(AnyAgent.Consul, keepsState: true);
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

    [SkippableTheory]
    [InlineData(AnyAgent.Consul)]
    [InlineData(AnyAgent.Dev)]
    public async Task Outlives_a_stop_that_puts_it_in_maintenance_too_and_the_next_start(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using (var app = await OrdersApp.StartAsync(agent, null, ("Consul:Registration:OnShutdown", "Maintenance")))
        {
            await agent.PutAsync("/v1/agent/service/maintenance/orders-1?enable=true&reason=new+disks");
            await app.StopAsync();
        }

        await using var next = await OrdersApp.StartAsync(agent, null, ("Consul:Registration:OnShutdown", "Maintenance"));
        next.Logs.Expect("TakenOver");
        await InMaintenanceAsync(agent);
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Consul)]
    [InlineData(AnyAgent.Dev)]
    public async Task Is_told_from_that_of_a_stop_which_the_next_start_ends(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using (var app = await OrdersApp.StartAsync(agent, null, ("Consul:Registration:OnShutdown", "Maintenance")))
        {
            await app.StopAsync();
            var stopped = await agent.HasAsync("orders", "it is in maintenance", one => one.Status == "critical");
            Assert.Equal("The app has stopped, and Consul:Registration:OnShutdown says Maintenance; its next start ends this.", stopped.Checks.Single(check => check.Id == MaintenanceId).Notes);
        }

        await using var next = await OrdersApp.StartAsync(agent);
        next.Logs.Expect("TakenOver");
        await agent.HasAsync("orders", "it passes again, where it is now", one => one.Status == "passing" && one.Port == next.Mesh.Port);
    }

    private static Task<Instance> InMaintenanceAsync(AnyAgent agent) => agent.HasAsync(
        "orders",
        "it is in the operator's maintenance, and well besides",
        one => one.Checks.Any(check => (check.Id, check.Status, check.Notes) == (MaintenanceId, "critical", "new disks")) && one.Checks.Any(check => (check.Id, check.Status) == ("service:orders-1", "passing")));
}
