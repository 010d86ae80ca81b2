using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class ThereIsNoAgent
{
    [Theory]
    [InlineData(ConnectDefaultPolicy.Allow, true)]
    [InlineData(ConnectDefaultPolicy.Deny, false)]
    [InlineData(ConnectDefaultPolicy.FromAgent, false)]
    public async Task What_the_operator_states_holds_for_every_caller(ConnectDefaultPolicy policy, bool allowed)
    {
        await using var orders = new ConfiguredPolicy("orders", policy);
        orders.Start();
        await orders.WaitReadyAsync(CancellationToken.None);

        var decision = await orders.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None);

        Assert.Equal((allowed, DecisionReason.DefaultPolicy), (decision.Allowed, decision.Reason));
        Assert.Equal(allowed ? "allow" : "deny", orders.DefaultPolicy);
    }
}
