using ConsulConnect.DevAgent.Tests.Contract;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Intentions;

/// <summary>The <c>consul</c> program, told nothing but the agent's address.</summary>
public sealed class ConsulsOwnCommandLine
{
    [SkippableTheory, BothAgents]
    public async Task It_creates_checks_matches_and_deletes_intentions(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await RunAsync(agent, "Created: web => orders (allow)", "intention", "create", "web", "orders");
        await RunAsync(agent, "Created: * => orders (deny)", "intention", "create", "-deny", "*", "orders");
        await RunAsync(agent, "web => orders (allow)\n* => orders (deny)", "intention", "match", "orders");
        await RunAsync(agent, "Allowed", "intention", "check", "web", "orders");
        await RunAsync(agent, "", "intention", "create", "-replace", "-deny", "web", "orders");
        await RunAsync(agent, "Denied", 1, "intention", "check", "web", "orders");
        await RunAsync(agent, "Intention deleted.", "intention", "delete", "web", "orders");
        await RunAsync(agent, "* => orders (deny)", "intention", "match", "orders");
    }

    [SkippableTheory, BothAgents]
    public async Task It_writes_reads_and_deletes_config_entries(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "kind = \"service-defaults\"\nname = \"web\"\nprotocol = \"http\"\nmesh_gateway { mode = \"local\" }\n");
            await RunAsync(agent, "Config entry written: service-defaults/web", "config", "write", file);
        }
        finally
        {
            File.Delete(file);
        }

        await RunAsync(agent, "web", "config", "list", "-kind", "service-defaults");
        await RunAsync(agent, "\"Protocol\": \"http\",\n    \"MeshGateway\": {\n        \"Mode\": \"local\"\n    }", "config", "read", "-kind", "service-defaults", "-name", "web");
        await RunAsync(agent, "Config entry deleted: service-defaults/web", "config", "delete", "-kind", "service-defaults", "-name", "web");
    }

    private static Task RunAsync(ContractAgent agent, string says, params string[] arguments) => RunAsync(agent, says, 0, arguments);

    private static async Task RunAsync(ContractAgent agent, string says, int exitCode, params string[] arguments)
    {
        var consul = await RealConsul.FindAsync();
        var (code, output) = await ChildProcess.RunAsync(consul.Path, arguments, new Dictionary<string, string?> { ["CONSUL_HTTP_ADDR"] = agent.Address.Authority });
        Assert.True(code == exitCode && output.Contains(says, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: exit code {code}\n{output}");
    }
}
