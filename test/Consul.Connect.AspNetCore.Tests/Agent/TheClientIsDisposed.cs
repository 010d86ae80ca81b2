using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class TheClientIsDisposed
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task A_call_after_it_fails_as_calls_do()
    {
        await using var agent = await TinyAgent.StartAsync();
        var client = agent.Client();
        await client.DisposeAsync();

        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        Assert.Contains("has stopped", failure.Message, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task Twice_is_once_and_a_call_under_way_keeps_its_connections()
    {
        var options = new ConsulConnectOptions { Address = "http://127.0.0.1:8500" };
        var secrets = new AgentSecrets(AgentAddress.From(options), options, TimeProvider.System, new LogLines());
        var used = secrets.Enter();

        await secrets.DisposeAsync();
        await secrets.DisposeAsync();

        Assert.True(used.TryEnter());
        used.Leave();
        used.Leave();
        Assert.False(used.TryEnter());
    }
}
