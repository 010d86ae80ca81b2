using System.Text.Json;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class AnEntryIsSent
{
    private static readonly string UnknownMember = """Request decode failed: json: unknown field "DisableRedirects" """.TrimEnd();

    [Fact]
    public async Task With_every_member_of_its_definition_in_Consuls_spelling()
    {
        var check = new ConsulCheckOptions
        {
            Id = "not read",
            Status = "not read",
            Name = "n",
            Notes = "o",
            Http = "http://127.0.0.1/",
            Method = "POST",
            Body = "{}",
            DisableRedirects = false,
            Tcp = "t",
            TcpUseTls = true,
            Udp = "u",
            Grpc = "g",
            GrpcUseTls = true,
            H2Ping = "h",
            H2PingUseTls = false,
            OsService = "s",
            AliasService = "a",
            AliasNode = "b",
            Ttl = TimeSpan.FromSeconds(30),
            Interval = TimeSpan.FromMilliseconds(1500),
            Timeout = TimeSpan.FromHours(1),
            TlsSkipVerify = true,
            TlsServerName = "x",
            SuccessBeforePassing = 1,
            FailuresBeforeWarning = 2,
            FailuresBeforeCritical = 3,
            OutputMaxSize = 4,
            DeregisterCriticalServiceAfter = TimeSpan.FromMinutes(10),
        };
        check.Header["X-A"] = ["1", "2"];
        check.Args.Add("/bin/true");
        var entry = Entry() with
        {
            Address = "10.0.0.7",
            TaggedAddresses = new Dictionary<string, ServiceAddress> { ["wan"] = new("203.0.113.7", 80) },
            Weights = new(10, 1),
            EnableTagOverride = true,
            Checks = [new("c1", CheckStatus.Warning, check)],
        };

        Assert.Equal(
            """{"ID":"web-1","Name":"web","Address":"10.0.0.7","Port":8443,"Tags":["v1"],"Meta":{"k":"v"},"TaggedAddresses":{"wan":{"Address":"203.0.113.7","Port":80}},"Weights":{"Passing":10,"Warning":1},"EnableTagOverride":true,"Checks":[{"CheckID":"c1","Status":"warning","Name":"n","Notes":"o","TTL":"30000ms","HTTP":"http://127.0.0.1/","Method":"POST","Header":{"X-A":["1","2"]},"Body":"{}","DisableRedirects":false,"TCP":"t","TCPUseTLS":true,"UDP":"u","GRPC":"g","GRPCUseTLS":true,"H2PING":"h","H2PingUseTLS":false,"ScriptArgs":["/bin/true"],"OSService":"s","AliasService":"a","AliasNode":"b","Interval":"1500ms","Timeout":"3600000ms","TLSSkipVerify":true,"TLSServerName":"x","SuccessBeforePassing":1,"FailuresBeforeWarning":2,"FailuresBeforeCritical":3,"OutputMaxSize":4,"DeregisterCriticalServiceAfter":"600000ms"}],"Connect":{"Native":true}}""",
            Assert.Single(await BodiesAsync(entry)));
    }

    [Fact]
    public async Task Without_what_is_not_set() =>
        Assert.Equal(
            """{"ID":"web-1","Name":"web","Port":8443,"Tags":["v1"],"Meta":{"k":"v"},"Checks":[{"CheckID":"c1","Status":"passing","TTL":"30000ms"}],"Connect":{"Native":true}}""",
            Assert.Single(await BodiesAsync(Entry(new ConsulCheckOptions { Ttl = TimeSpan.FromSeconds(30) }))));

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [Trait("Case", "REG-009")]
    public async Task Such_that_an_HTTP_check_follows_no_redirect_unless_that_is_asked_for(bool? written, bool sent)
    {
        var body = Assert.Single(await BodiesAsync(Entry(new ConsulCheckOptions { Http = "http://127.0.0.1/", Interval = TimeSpan.FromSeconds(1), DisableRedirects = written })));

        Assert.Equal(sent, Check(body).GetProperty("DisableRedirects").GetBoolean());
    }

    [Fact]
    public async Task Without_a_word_on_redirects_for_checks_of_other_kinds()
    {
        var body = Assert.Single(await BodiesAsync(Entry(new ConsulCheckOptions { Tcp = "127.0.0.1:1", Interval = TimeSpan.FromSeconds(1) })));

        Assert.False(Check(body).TryGetProperty("DisableRedirects", out _));
    }

    [Fact]
    [Trait("Case", "REG-009")]
    public async Task Once_more_without_a_word_on_redirects_to_an_agent_that_does_not_know_them_and_then_always_so()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = context => agent.Requests.Last().Body.Contains("DisableRedirects", StringComparison.Ordinal) ? TinyAgent.Text(400, UnknownMember)(context) : TinyAgent.Text(200, "")(context);
        var logs = new LogLines();
        await using var client = agent.Client(logger: logs);
        var entry = Entry(new ConsulCheckOptions { Http = "http://127.0.0.1/", Interval = TimeSpan.FromSeconds(1) });
        await client.RegisterServiceAsync(entry, default);
        await client.RegisterServiceAsync(entry, default);

        Assert.Equal([true, false, false], agent.Requests.Select(request => Check(request.Body).TryGetProperty("DisableRedirects", out _)));
        Assert.Contains("older than 1.11.5 and follows redirects", Assert.Single(logs.All), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "DisableRedirects", "the definition asks for it by name")]
    [InlineData(null, "TLSServerName", "something else is unknown")]
    public async Task Not_again_when(bool? written, string unknown, string because)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(400, $"Request decode failed: json: unknown field \"{unknown}\"");
        await using var client = agent.Client();
        var check = new ConsulCheckOptions { Http = "http://127.0.0.1/", Interval = TimeSpan.FromSeconds(1), DisableRedirects = written };
        var refused = await Assert.ThrowsAsync<AgentException>(() => client.RegisterServiceAsync(Entry(check), default));

        Assert.Equal((AgentFault.Permanent, unknown), (refused.Fault, refused.UnknownMember));
        Assert.True(agent.Requests.Count == 1, because);
    }

    private static ServiceRegistration Entry(params ConsulCheckOptions[] checks) =>
        new("web-1", "web", null, 8443, ["v1"], new Dictionary<string, string> { ["k"] = "v" }) { Checks = [.. checks.Select((check, i) => new CheckRegistration($"c{i + 1}", CheckStatus.Passing, check))] };

    private static async Task<IEnumerable<string>> BodiesAsync(ServiceRegistration entry)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        await client.RegisterServiceAsync(entry, default);
        return [.. agent.Requests.Select(request => request.Body)];
    }

    private static JsonElement Check(string body) => JsonDocument.Parse(body).RootElement.GetProperty("Checks")[0];
}
