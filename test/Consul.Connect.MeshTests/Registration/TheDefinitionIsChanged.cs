using ConsulConnect.MeshTests.Peers;

namespace ConsulConnect.MeshTests.Registration;

public sealed class TheDefinitionIsChanged
{
    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task Its_old_checks_go_and_those_of_others_stay(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        app.Logs.Expect("ForeignChecks");
        app.Redefine(definition =>
        {
            definition.Checks.Add(new() { Id = "mine", Ttl = TimeSpan.FromSeconds(30) });
            definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(30) });
        });
        await agent.PutAsync("/v1/agent/check/register", new { ID = "disk", Name = "disk", ServiceID = "orders-1", TTL = "1h", Status = "passing" });
        await HasChecksAsync(agent, "disk", "mine", "service:orders-1:2");

        app.Redefine(definition => definition.Tags.Add("v2"));
        await HasChecksAsync(agent, "disk", "service:orders-1");
        await agent.HasAsync("orders", "the tags are there too", one => one is { Status: "passing", Tags: ["v2"] });
        var warning = await app.Logs.WaitForAsync("ForeignChecks");
        Assert.Contains($"Remove one that is not wanted with: curl -X PUT {agent.Address}/v1/agent/check/deregister/disk", warning.Message, StringComparison.Ordinal);
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "ForeignChecks");
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task A_new_id_takes_the_place_of_the_old_one(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        await agent.HasAsync("orders", "it is there", one => one.Id == "orders-1");

        app.Redefine(definition => definition.Id = "orders-2");
        await agent.HasAsync("orders", "the new one is there alone", one => one is { Id: "orders-2", Status: "passing" });
        await app.StopAsync();
        await agent.IsAsync("orders", null);
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    [Trait("Case", "REG-003")]
    public async Task An_id_on_the_agent_is_taken_over_with_one_warning(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await agent.PutAsync("/v1/agent/service/register", new { ID = "orders-1", Name = "orders", Address = "10.0.0.9", Port = 9, Check = new { TTL = "1h", Status = "passing" } });
        await using var app = await OrdersApp.StartAsync(agent);
        app.Logs.Expect("TakenOver");

        await agent.HasAsync("orders", "it is ours", one => one.Port == app.Mesh.Port && one.Status == "passing");
        var warning = await app.Logs.WaitForAsync("TakenOver");
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "TakenOver");
        Assert.Contains("was \"orders\" at 10.0.0.9, port 9; it is \"orders\" at 127.0.0.1, port", warning.Message, StringComparison.Ordinal);
    }

    private static Task<CatalogInstance> HasChecksAsync(AnyAgent agent, params string[] ids) => agent.HasAsync(
        "orders", $"its checks are {string.Join(", ", ids)}", one => one.Checks.Select(check => check.Id).Order(StringComparer.Ordinal).SequenceEqual(ids));
}
