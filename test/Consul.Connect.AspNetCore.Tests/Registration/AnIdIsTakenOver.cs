using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

public sealed class AnIdIsTakenOver
{
    private static RegisteredService Other => new("orders-1", "orders", "10.0.0.9", 8443) { IsNative = true };

    [Fact]
    [Trait("Case", "REG-003")]
    public async Task With_one_warning_that_names_both_addresses()
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Other);
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(("10.0.0.7", 8443), (app.Agent.Services[0].Address, app.Agent.Services[0].Port));
        Assert.Equal(
            [
                "504 Warning: The entry orders-1 was \"orders\" at 10.0.0.9, port 8443; it is \"orders\" at 10.0.0.7, port 8443 now. After a restart on another address that is as it should be; if both run, give each its own Consul:Service:Id.",
                "500 Information: Registered orders as orders-1 at 10.0.0.7, port 8443.",
            ],
            app.Log.Lines);
    }

    [Fact]
    public async Task With_the_warning_also_when_the_first_attempt_had_no_answer()
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Other);
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Transient, "no leader") : null);
        app.Start();
        await app.Agent.SeenAsync("register");
        app.Agent.Fail(null);
        await app.UntilAsync(app.Registrar.WaitAsync(CancellationToken.None));
        await app.RestAsync();

        Assert.Equal(1, app.Log.Count(504));
    }

    [Theory]
    [InlineData("10.0.0.7", 9999)]
    [InlineData("", 8443)]
    public async Task With_a_warning_for_another_port_or_the_nodes_own_address_too(string address, int port)
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Other with { Address = address, Port = port });
        await app.StartedAsync();

        Assert.Equal(1, app.Log.Count(504));
    }

    [Fact]
    public async Task Without_a_word_after_a_restart_in_place_and_checks_keep_their_status()
    {
        await using var app = new RegisteredApp(definition => definition.Checks.Add(new() { Http = "http://10.0.0.7:9090/", Interval = TimeSpan.FromSeconds(10) }));
        app.Agent.Put(Other with { Address = "10.0.0.7" }, new RegisteredCheck("service:orders-1", "critical", ""));
        await app.StartedAsync();

        Assert.Equal(["500 Information: Registered orders as orders-1 at 10.0.0.7, port 8443."], app.Log.Lines);
        Assert.Equal(CheckStatus.Critical, Assert.Single(app.Agent.Sent!.Checks).Status);
    }

    [Fact]
    public async Task Even_where_the_agent_does_not_show_it()
    {
        await using var app = new RegisteredApp();
        app.Agent.Fail(call => call == "follow orders-1 " ? new(AgentFault.Denied, "403") : null);
        app.Start();
        await app.Agent.SeenAsync("register");

        app.Agent.Fail(null);
        await app.Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
