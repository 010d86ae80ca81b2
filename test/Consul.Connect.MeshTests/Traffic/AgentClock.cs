using System.Diagnostics;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

internal static class AgentClock
{
    /// <summary>How long an app may need after the agent's first answer.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(2);

    /// <summary>A clock that starts when the agent, which is away, first answers again. Call it before it comes back.</summary>
    public static async Task<Stopwatch> FirstAnswerAsync(ConsulAgent agent)
    {
        // The kit's own client is replaced when the agent starts again.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(agent.Address) };
        if (agent.ManagementToken is not null)
            http.DefaultRequestHeaders.Add("X-Consul-Token", agent.ManagementToken);
        await Eventually.HoldsAsync("the agent answers", async ending =>
        {
            using var answer = await http.GetAsync("/v1/agent/connect/ca/leaf/asked-from-outside?wait=1s", ending);
            return answer.IsSuccessStatusCode;
        });
        return Stopwatch.StartNew();
    }
}
