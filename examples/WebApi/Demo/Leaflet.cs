using System.Text;

namespace WebApi.Demo;

/// <summary>What to try, as lines for any shell.</summary>
internal sealed class Leaflet(DemoAgent agent, DemoIntentions intentions, string service, string folder)
{
    public async Task<string> WriteAsync(IReadOnlyList<CallerPort> callers, CancellationToken cancel)
    {
        var text = new StringBuilder().AppendLine().AppendLine($"\"{service}\" is in the mesh of the agent at {agent.Address}. Try in another terminal:");
        foreach (var caller in callers)
        {
            var outcome = await intentions.IsAllowedAsync(caller.Caller, cancel) ? "answered 200" : "the connection is closed, and the reason is printed here, once a minute";
            Add(text, $"call as {caller.Caller}: {outcome}", $"curl {caller.Url}/whoami");
        }

        var last = callers[^1].Caller;
        var turn = await intentions.IsAllowedAsync(last, cancel) ? "forbid" : "allow";
        Add(text, $"{turn} {last} to call \"{service}\"; its next connection is treated so", await intentions.FlipLineAsync(last, cancel));
        if (service != "billing")
            Add(text, "start the same app as another service of this mesh", SecondTerminal, $"curl {agent.Address}/v1/catalog/services");
        return text.ToString();
    }

    // The new process finds an agent by itself only where all clients of Consul look for one.
    private string SecondTerminal =>
        $"dotnet run --project \"{Path.TrimEndingDirectorySeparator(folder)}\" -- --Consul:Service:Name=billing"
        + (agent.Address == "http://127.0.0.1:8500" && !agent.IsConfigured ? "" : $" --Consul:Address={agent.Address}")
        + " --Kestrel:Endpoints:Connect:Url=https://127.0.0.1:0 --Kestrel:Endpoints:Local:Url=http://127.0.0.1:0";

    private static void Add(StringBuilder text, string why, params string[] commands)
    {
        text.AppendLine($"  {why}");
        foreach (var command in commands)
            text.AppendLine($"    {command}");
    }
}
