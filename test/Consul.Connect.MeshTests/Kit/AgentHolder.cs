using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

/// <summary>The entry point of this assembly: starts an agent, says its process id, and waits to be killed.</summary>
internal static class AgentHolder
{
    public const string Verb = "hold-an-agent:";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [Verb])
            return 2;
        await using var agent = await ConsulAgent.StartAsync();
        Console.WriteLine($"{Verb}{agent.ProcessId}");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;
    }
}
