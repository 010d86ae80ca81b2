namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>The agents of a test class, started when first asked for: <c>IClassFixture&lt;ContractAgents&gt;</c>. Tests of the class share them, so each uses names of its own.</summary>
public sealed class ContractAgents : IAsyncLifetime
{
    private readonly Dictionary<(AgentKind Kind, ContractSettings Settings), ContractAgent> _agents = [];

    public async Task<ContractAgent> GetAsync(AgentKind kind, ContractSettings? settings = null)
    {
        var key = (kind, settings ?? new());
        if (!_agents.TryGetValue(key, out var agent))
            _agents.Add(key, agent = await ContractAgent.StartAsync(kind, settings));
        return agent;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var agent in _agents.Values)
            await agent.DisposeAsync();
    }
}
