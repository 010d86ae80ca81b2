using System.Globalization;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public class TheTestHostDies
{
    [SkippableFact]
    public async Task Its_agent_dies_with_it()
    {
        // The holder is this assembly as a program of its own: it starts an agent as any test does.
        var leftovers = Directory.CreateTempSubdirectory();
        await using var holder = ChildProcess.Start(
            Environment.ProcessPath!,
            ["exec", typeof(TheTestHostDies).Assembly.Location, AgentHolder.Verb],
            new Dictionary<string, string?> { ["TMPDIR"] = leftovers.FullName });
        var line = await holder.WaitForLineAsync(line => line.StartsWith(AgentHolder.Verb, StringComparison.Ordinal));
        var agent = int.Parse(line[AgentHolder.Verb.Length..], CultureInfo.InvariantCulture);
        Assert.True(Directory.Exists($"/proc/{agent}"));

        await holder.KillAsync();

        await Eventually.HoldsAsync("the agent is gone", () => !IsAlive(agent), TimeSpan.FromSeconds(5));
        leftovers.Delete(recursive: true);
    }

    // Where nobody reaps orphans a dead process stays listed as a zombie.
    private static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
