using System.Diagnostics;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>Measures how soon after the agent an app is itself again.</summary>
internal static class AgentClock
{
    /// <summary>How long an app may need after the agent's first answer.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(2);

    /// <summary>The timestamp of the first answer of an agent that is away. Call it before the agent comes back.</summary>
    public static async Task<long> FirstAnswerAsync(ConsulAgent agent)
    {
        // The kit's own client is replaced when the agent starts again.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(agent.Address) };
        if (agent.ManagementToken is not null)
            http.DefaultRequestHeaders.Add("X-Consul-Token", agent.ManagementToken);
        return await TimeOfAsync(Eventually.HoldsAsync("the agent answers", async ending =>
        {
            using var answer = await http.GetAsync("/v1/agent/connect/ca/leaf/asked-from-outside?wait=1s", ending);
            return answer.IsSuccessStatusCode;
        }));
    }

    /// <summary>The timestamp at which something has happened.</summary>
    public static async Task<long> TimeOfAsync(Task something)
    {
        await something;
        return Stopwatch.GetTimestamp();
    }

    public static void AssertRecovered(string what, long firstAnswer, long recovered)
    {
        var took = Stopwatch.GetElapsedTime(firstAnswer, recovered);
        Assert.True(took <= Recovery, $"{what}: {took.TotalSeconds:0.00} s after the agent's first answer.");
    }
}
