using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

/// <summary>What Consul 1.8, 1.10 and 1.21 answer to a call about a service or a check that is not there.</summary>
public sealed class TheAgentDoesNotKnowIt
{
    [Theory]
    [InlineData(200, "")]
    [InlineData(500, "Unknown service \"x\"")]
    [InlineData(404, "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name.")]
    public Task Deregistering_a_service_has_succeeded(int status, string text) => SucceedsAsync(status, text, client => client.DeregisterServiceAsync("x", default));

    [Theory]
    [InlineData(200, "")]
    [InlineData(500, "Unknown check \"x\"")]
    [InlineData(404, "Unknown check ID \"x\". Ensure that the check ID is passed, not the check name.")]
    public Task Deregistering_a_check_has_succeeded(int status, string text) => SucceedsAsync(status, text, client => client.DeregisterCheckAsync("x", default));

    [Theory]
    [InlineData(500, "CheckID \"x\" does not have associated TTL")]
    [InlineData(500, "Unknown check \"x\"")]
    [InlineData(404, "Unknown check ID \"x\". Ensure that the check ID is passed, not the check name.")]
    public Task Updating_a_check_misses_it(int status, string text) => MissesAsync(status, text, client => client.UpdateCheckAsync("x", CheckStatus.Passing, "", default));

    [Theory]
    [InlineData(404, "No service registered with ID \"x\"")]
    [InlineData(404, "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name.")]
    public Task Maintaining_a_service_misses_it(int status, string text) => MissesAsync(status, text, client => client.SetMaintenanceAsync("x", enable: true, "why", default));

    [Theory]
    [InlineData(404, "unknown service ID: x")]
    [InlineData(404, "unknown service ID: x\n")]
    public Task Reading_a_service_misses_it(int status, string text) => MissesAsync(status, text, client => client.GetServiceAsync("x", new(0, null, TimeSpan.FromSeconds(1)), default));

    [Theory]
    [InlineData(401, "ACL support disabled", nameof(AgentFault.Permanent))]
    [InlineData(403, "ACL not found", nameof(AgentFault.Denied))]
    [InlineData(403, "token does not exist: ACL not found", nameof(AgentFault.Denied))]
    public async Task Reading_the_life_of_a_token_fails(int status, string text, string fault)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(status, text);
        await using var client = agent.Client();

        Assert.Equal(fault, (await Assert.ThrowsAsync<AgentException>(() => client.GetTokenAsync(default))).Fault.ToString());
    }

    private static async Task SucceedsAsync(int status, string text, Func<AgentClient, Task> call)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(status, text);
        await using var client = agent.Client();
        await call(client);

        Assert.Single(agent.Requests);
    }

    private static async Task MissesAsync(int status, string text, Func<AgentClient, Task> call)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(status, text);
        await using var client = agent.Client();

        Assert.Equal(AgentFault.Missing, (await Assert.ThrowsAsync<AgentException>(() => call(client))).Fault);
    }
}
