using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

internal static class Catalog
{
    /// <summary>The ports at which the catalog lists native instances of a service, once there are so many.</summary>
    public static Task<IReadOnlyList<int>> ListsAsync(this ConsulAgent agent, string service, int instances = 1, TimeSpan? timeout = null) =>
        ReadsAsync(() => agent.Http, service, instances, timeout);

    /// <param name="agent">Speaks to any agent.</param>
    public static Task<IReadOnlyList<int>> ListsAsync(this HttpClient agent, string service) => ReadsAsync(() => agent, service, 1, null);

    // An agent that starts again has another client.
    private static async Task<IReadOnlyList<int>> ReadsAsync(Func<HttpClient> agent, string service, int instances, TimeSpan? timeout) => await Eventually.ReadsAsync(
        $"{service} is in the catalog {instances} times",
        async ending => (IReadOnlyList<int>)[.. (await agent().GetFromJsonAsync<JsonArray>($"/v1/health/connect/{service}", ending))!
            .Select(entry => entry!["Service"]!)
            .Where(entry => entry["Connect"]!["Native"]!.GetValue<bool>())
            .Select(entry => entry["Port"]!.GetValue<int>())],
        ports => ports.Count == instances,
        timeout);
}
