using ConsulConnect.Agent;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>The calls of the registration against a real agent, of whatever version is here.</summary>
public sealed class AnEntryOfARealAgent
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    [SkippableFact]
    [Trait("Case", "REG-009")]
    public async Task Is_registered_read_kept_and_removed_with_all_members_that_every_version_knows()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var client = new AgentClient(new() { Address = agent.Address }, TimeProvider.System, NullLogger.Instance);
        await client.RegisterServiceAsync(Entry("""a"b\1"""), default);

        var service = (await client.GetServiceAsync("""a"b\1""", Query, default)).Value;
        Assert.Equal(("orders", "10.0.0.7", 8443, true, true), (service.Name, service.Address, service.Port, service.EnableTagOverride, service.IsNative));
        Assert.Equal(("v1", "sales", new ServiceAddress("203.0.113.7", 80), new ServiceWeights(10, 2)), (Assert.Single(service.Tags), service.Meta["team"], service.TaggedAddresses["wan"], service.Weights));

        await client.UpdateCheckAsync("ttl", CheckStatus.Warning, "so so", default);
        await client.SetMaintenanceAsync("""a"b\1""", enable: true, "the reason", default);
        var checks = (await client.GetChecksAsync("""a"b\1""", default)).Value.Checks;
        // What the agent has found out about the others by now is its own matter.
        Assert.Equal(["""_service_maintenance:a"b\1""", "alias", "http", "tcp", "ttl"], checks.Select(check => check.Id).Order(StringComparer.Ordinal));
        Assert.Equal("warning", checks.Single(check => check.Id == "ttl").Status);
        Assert.Equal(["the reason", "noted"], checks.Where(check => check.Notes != "").OrderBy(check => check.Id, StringComparer.Ordinal).Select(check => check.Notes));

        await client.DeregisterCheckAsync("http", default);
        await client.SetMaintenanceAsync("""a"b\1""", enable: false, "", default);
        Assert.Equal(["alias", "tcp", "ttl"], (await client.GetChecksAsync("""a"b\1""", default)).Value.Checks.Select(check => check.Id).Order());
        await client.DeregisterServiceAsync("""a"b\1""", default);
        Assert.Empty((await client.GetChecksAsync("""a"b\1""", default)).Value.Checks);
    }

    [SkippableFact]
    public async Task Is_missed_in_every_call_when_it_is_not_there()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var client = new AgentClient(new() { Address = agent.Address }, TimeProvider.System, NullLogger.Instance);
        await client.DeregisterServiceAsync("nope", default);
        await client.DeregisterCheckAsync("nope", default);

        Assert.Equal(AgentFault.Missing, await FaultAsync(client.UpdateCheckAsync("nope", CheckStatus.Passing, "", default)));
        Assert.Equal(AgentFault.Missing, await FaultAsync(client.SetMaintenanceAsync("nope", enable: true, "", default)));
        Assert.Equal(AgentFault.Missing, await FaultAsync(client.GetServiceAsync("nope", Query, default)));
        Assert.Equal(AgentFault.Permanent, await FaultAsync(client.GetTokenAsync(default)));
    }

    [SkippableTheory]
    [InlineData("Args", "Scripts are disabled on this agent")]
    [InlineData("Nothing", "TTL must be > 0")]
    public async Task Is_refused_for_good_where_only_the_agent_can_know_and_the_reason_is_the_agents(string kind, string reason)
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var client = new AgentClient(new() { Address = agent.Address }, TimeProvider.System, NullLogger.Instance);
        var check = new ConsulCheckOptions { Interval = kind == "Args" ? TimeSpan.FromSeconds(10) : null };
        if (kind == "Args")
            check.Args.Add("/bin/true");
        var refused = await Assert.ThrowsAsync<AgentException>(() => client.RegisterServiceAsync(new("o", "o", null, 1, [], new Dictionary<string, string>()) { Checks = [new("c", CheckStatus.Passing, check)] }, default));

        Assert.Equal(AgentFault.Permanent, refused.Fault);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Says_how_long_its_token_lives()
    {
        await using var agent = await ConsulAgent.StartAsync(options => options.AclDefaultPolicy = "deny");
        await using var client = new AgentClient(new() { Address = agent.Address, Token = agent.ManagementToken }, TimeProvider.System, NullLogger.Instance);
        var life = (await client.GetTokenAsync(default)).Value;

        Assert.NotNull(life.Created);
        Assert.Null(life.Expires);
    }

    private static async Task<AgentFault> FaultAsync(Task call) => (await Assert.ThrowsAsync<AgentException>(() => call)).Fault;

    private static ServiceRegistration Entry(string id)
    {
        var http = new ConsulCheckOptions { Http = "http://127.0.0.1:9/", Interval = TimeSpan.FromHours(1), Notes = "noted", Timeout = TimeSpan.FromSeconds(1), Method = "HEAD", TlsSkipVerify = true, SuccessBeforePassing = 1, FailuresBeforeCritical = 3, OutputMaxSize = 512 };
        http.Header["X-Probe"] = ["a", "b"];
        return new(id, "orders", "10.0.0.7", 8443, ["v1"], new Dictionary<string, string> { ["team"] = "sales" })
        {
            TaggedAddresses = new Dictionary<string, ServiceAddress> { ["wan"] = new("203.0.113.7", 80) },
            Weights = new(10, 2),
            EnableTagOverride = true,
            Checks =
            [
                new("ttl", CheckStatus.Passing, new() { Ttl = TimeSpan.FromSeconds(30), DeregisterCriticalServiceAfter = TimeSpan.FromMinutes(10) }),
                new("http", CheckStatus.Passing, http),
                new("tcp", CheckStatus.Passing, new() { Tcp = "127.0.0.1:9", Interval = TimeSpan.FromHours(1) }),
                new("alias", CheckStatus.Passing, new() { AliasService = "nope" }),
            ],
        };
    }
}
