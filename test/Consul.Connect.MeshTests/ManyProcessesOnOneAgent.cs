using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

public sealed class ManyProcessesOnOneAgent
{
    private const int Processes = 12;
    private const int OfOneService = 4;

    [SkippableFact]
    public async Task All_are_ready_and_registered_and_the_agent_answers_others()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var web = MeshCaller.From(await agent.IssueLeafAsync("web"));
        List<WebApiProcess> all = [];
        try
        {
            for (var i = 0; i < Processes; i++)
                all.Add(WebApiProcess.Start(agent, Name(i)));
            await Task.WhenAll(all.Select(one => one.ReadyAsync()));

            foreach (var instances in Enumerable.Range(0, Processes).GroupBy(Name))
            {
                foreach (var port in await agent.ListsAsync(instances.Key, instances.Count()))
                    Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, port)).End);
            }

            using var another = new HttpClient { BaseAddress = new(agent.Address) };
            Assert.NotEqual("\"\"", await another.GetStringAsync("/v1/status/leader"));
        }
        finally
        {
            await Task.WhenAll(all.Select(async one => await one.DisposeAsync()));
        }
    }

    [SkippableFact]
    public async Task Where_the_agent_allows_too_few_connections_the_error_names_its_limit()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.Hcl = "limits { http_max_conns_per_client = 2 }");
        await using var app = await MeshApp.StartAsync("one-too-many", [new("Consul:Address", agent.Address)]);
        app.Logs.Expect("AgentUnreachable");
        var warning = await app.Logs.WaitForAsync("AgentUnreachable");
        Assert.Contains("http_max_conns_per_client", warning.Message, StringComparison.Ordinal);
    }

    private static string Name(int process) => process < OfOneService ? "many" : $"many-{process}";
}
