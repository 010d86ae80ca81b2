using System.Net;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

/// <summary>What tests of the catalog do all the time.</summary>
internal static class ContractAgentCatalog
{
    public static async Task RegisterAsync(this ContractAgent agent, string service, string query = "")
    {
        var answer = await agent.PutAsync("/v1/agent/service/register" + query, service);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status} {answer.Text}");
    }

    public static async Task<JsonObject> CheckAsync(this ContractAgent agent, string id) => (await agent.GetAsync("/v1/agent/checks")).Json![id]!.AsObject();

    public static async Task<(string Status, string Output)> StateAsync(this ContractAgent agent, string id)
    {
        var check = await agent.CheckAsync(id);
        return (check["Status"]!.GetValue<string>(), check["Output"]!.GetValue<string>());
    }

    /// <summary>The ids of the instances in an answer of health.</summary>
    public static string[] Instances(this ContractAnswer answer) => [.. answer.Json!.AsArray().Select(entry => entry!["Service"]!["ID"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

    public static async Task<ulong> IndexAsync(this ContractAgent agent, string path) => (await agent.GetAsync(path)).Index ?? throw new InvalidOperationException($"{path} has no index.");
}
