using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.MeshTests;

/// <summary>Pasted under <c>Consul</c> as it is, it is found wherever a service can be looked up.</summary>
public sealed class ADefinitionOfTheDocumentation
{
    private const string Redis = """{ "service": { "name": "redis", "port": 8000, "connect": { "native": true } } }""";

    [SkippableFact]
    public async Task Is_registered_as_it_stands()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var app = await MeshApp.StartAsync(
            "redis",
            [new("Consul:Address", agent.Address)],
            before: builder => builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Consul": {{Redis}} }"""))));
        await app.ReadyAsync();

        foreach (var (path, port) in ((string, string)[])[("/v1/health/service/redis", "Service.Port"), ("/v1/health/connect/redis", "Service.Port"), ("/v1/catalog/service/redis", "ServicePort"), ("/v1/health/service/REDIS", "Service.Port")])
        {
            await Eventually.ReadsAsync(
                $"{path} finds it",
                async ending => await agent.Http.GetFromJsonAsync<JsonArray>(path, ending),
                found => found is [{ } entry] && port.Split('.').Aggregate(entry, (node, member) => node[member]!).GetValue<int>() == 8000,
                TimeSpan.FromSeconds(20));
        }
    }
}
