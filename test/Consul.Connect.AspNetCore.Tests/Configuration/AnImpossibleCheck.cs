namespace ConsulConnect.Tests.Configuration;

public class AnImpossibleCheck
{
    private const string Kinds = "Ttl, Http, Tcp, Udp, Grpc, H2Ping, Args, OsService or AliasService";

    [Theory]
    [InlineData("\"Name\": \"n\"", " has no kind, so that nobody could say how the app is; set one of " + Kinds + ".")]
    [InlineData("\"Ttl\": \"30s\", \"Tcp\": \"localhost:1\"", " sets Ttl and Tcp, but a check has one kind; write a check for each.")]
    [InlineData("\"AliasService\": \"web\", \"Args\": [ \"x\" ], \"Udp\": \"localhost:1\"", " sets Udp and Args and AliasService, but a check has one kind; write a check for each.")]
    [InlineData("\"Tcp\": \"localhost:1\"", ":Interval is not set, but the agent must know how often to run a check with Tcp; write for example \"10s\".")]
    [InlineData("\"Args\": [ \"/bin/check\" ]", ":Interval is not set, but the agent must know how often to run a check with Args; write for example \"10s\".")]
    [InlineData("\"Ttl\": \"30s\", \"Interval\": \"10s\"", ":Interval is 10s beside Ttl, but the agent only runs checks of other kinds; remove it: the app's health is reported at every third of Ttl.")]
    [InlineData("\"AliasNode\": \"n1\", \"Interval\": \"10s\"", ":Interval is 10s beside AliasNode, but the agent only runs checks of other kinds; remove it.")]
    [InlineData("\"Ttl\": \"999ms\"", ":Ttl is 999ms; write a duration from 1s to 8760h.")]
    [InlineData("\"Ttl\": \"8761h\"", ":Ttl is 8761h; write a duration from 1s to 8760h.")]
    [InlineData("\"Tcp\": \"localhost:1\", \"Interval\": \"0s\"", ":Interval is 0s; write a duration from 1ms to 8760h.")]
    [InlineData("\"Tcp\": \"localhost:1\", \"Interval\": \"1s\", \"Timeout\": \"0s\"", ":Timeout is 0s; write a duration from 1ms to 8760h.")]
    [InlineData("\"Ttl\": \"30s\", \"DeregisterCriticalServiceAfter\": \"0s\"", ":DeregisterCriticalServiceAfter is 0s; write a duration from 1ms to 8760h.")]
    [InlineData("\"Ttl\": \"30s\", \"Status\": \"good\"", ":Status is \"good\", which is unknown; write passing, warning or critical, or remove it for the app's present health.")]
    [InlineData("\"Ttl\": \"30s\", \"Status\": \"Passing\"", ":Status is \"Passing\", which is unknown; write passing, warning or critical, or remove it for the app's present health.")]
    [InlineData("\"Ttl\": \"30s\", \"SuccessBeforePassing\": -1", ":SuccessBeforePassing is -1; write 0 or more.")]
    [InlineData("\"Ttl\": \"30s\", \"FailuresBeforeWarning\": -1", ":FailuresBeforeWarning is -1; write 0 or more.")]
    [InlineData("\"Ttl\": \"30s\", \"FailuresBeforeCritical\": -1", ":FailuresBeforeCritical is -1; write 0 or more.")]
    [InlineData("\"Ttl\": \"30s\", \"OutputMaxSize\": -1", ":OutputMaxSize is -1; write 0 or more.")]
    [InlineData("\"Ttl\": \"30s\", \"FailuresBeforeWarning\": 3, \"FailuresBeforeCritical\": 2", ":FailuresBeforeWarning is 3, more than FailuresBeforeCritical, which is 2: the check would be critical before it warns; write 2 or less.")]
    [InlineData("\"Ttl\": \"30s\", \"Id\": \"a/b\"", ":Id is \"a/b\", and blanks alone, control characters and \"/\" have no place in an id; write for example \"orders-ttl\", or remove it.")]
    [InlineData("\"Ttl\": \"30s\", \"Id\": \"_service_maintenance:orders-1\"", ":Id is \"_service_maintenance:orders-1\", which is the id of a check of the agent's own; write another, or remove it.")]
    [InlineData("\"Http\": \"localhost:8080/health\", \"Interval\": \"1s\"", ":Http is \"localhost:8080/health\", which is no http(s) address; write for example \"http://127.0.0.1:8080/health\".")]
    [InlineData("\"Tcp\": \"localhost\", \"Interval\": \"1s\"", ":Tcp is \"localhost\", which is not host:port; write for example 10.0.0.7:9443, or [::1]:9443.")]
    [InlineData("\"Udp\": \"localhost:0\", \"Interval\": \"1s\"", ":Udp is \"localhost:0\", whose port is not one of 1 to 65535.")]
    [InlineData("\"Grpc\": \"/orders\", \"Interval\": \"1s\"", ":Grpc is \"\", which is not host:port; write for example 10.0.0.7:9443, or [::1]:9443.")]
    public void Is_refused_with_key_value_and_remedy(string members, string rest) =>
        Assert.Equal($"Consul:Service:Checks:1{rest}", Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "Checks": [ { "Ttl": "30s" }, { {{members}} } ] } }"""));

    [Theory]
    [InlineData(8443, null, "\"Http\": \"https://localhost:8443/health\"", "Http is \"https://localhost:8443/health\"")]
    [InlineData(8443, null, "\"Grpc\": \"127.0.0.1:8443/orders\"", "Grpc is \"127.0.0.1:8443\"")]
    [InlineData(8443, null, "\"H2Ping\": \"[::1]:8443\"", "H2Ping is \"[::1]:8443\"")]
    [InlineData(443, "orders.internal", "\"Http\": \"https://orders.internal/health\"", "Http is \"https://orders.internal/health\"")]
    [InlineData(8443, "2001:db8::7", "\"Http\": \"https://[2001:db8:0::7]:8443/health\"", "Http is \"https://[2001:db8:0::7]:8443/health\"")]
    [InlineData(8443, null, "\"Tcp\": \"localhost:8443\", \"TcpUseTls\": true", "Tcp is \"localhost:8443\"")]
    public void Is_one_of_the_mesh_endpoint_that_needs_a_certificate(int port, string? address, string members, string what) =>
        Assert.Equal(
            $"Consul:Service:Check:{what}, the mesh endpoint, where the agent is refused because it has no certificate of the mesh; write Tcp, Ttl, or the address of another endpoint of the app.",
            Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "Port": {{port}}, "Address": "{{address}}", "Check": { {{members}}, "Interval": "10s" } } }"""));

    [Theory]
    [InlineData(8443, null, "\"Tcp\": \"localhost:8443\"")]
    [InlineData(8443, null, "\"Http\": \"http://localhost:8080/health\"")]
    [InlineData(0, null, "\"Http\": \"https://localhost:8443/health\"")]
    [InlineData(8443, "203.0.113.7", "\"Http\": \"https://localhost:8443/health\"")]
    public void Is_not_assumed_where_that_is_not_certain(int port, string? address, string members) =>
        Reading.Service($$"""{ "Name": "orders", "Port": {{port}}, "Address": "{{address}}", "Check": { {{members}}, "Interval": "10s" } }""");

    [Fact]
    public void Is_the_second_one_of_an_id() =>
        Assert.Equal(
            "Consul:Service:Checks:0:Id is \"a\", and so is Consul:Service:Check:Id, but an agent keeps one check of an id; write another, or remove both for ids of the agent's form.",
            Reading.OnlyFault("""{ "Service": { "Name": "orders", "Check": { "Id": "a", "Ttl": "10s" }, "Checks": [ { "Id": "a", "Ttl": "20s" } ] } }"""));

    [Theory]
    [InlineData("\"Ttl\": \"30s\", \"DeregisterCriticalServiceAfter\": \"59s\"", "DeregisterCriticalServiceAfter is 59s, but an agent waits a minute at least.")]
    [InlineData("\"Tcp\": \"localhost:1\", \"Interval\": \"500ms\"", "Interval is 500ms, but an agent looks once a second at most.")]
    public void Is_none_that_an_agent_only_rounds_up_but_a_hint_says_so(string members, string rest)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "orders", "Check": { {{members}} } } }""");

        Assert.Empty(result.Faults);
        Assert.Equal($"Consul:Service:Check:{rest}", Assert.Single(result.Hints));
    }

    [Theory]
    [InlineData("\"Ttl\": \"1s\", \"DeregisterCriticalServiceAfter\": \"1m\"")]
    [InlineData("\"AliasService\": \"web\", \"AliasNode\": \"n1\"")]
    [InlineData("\"AliasNode\": \"n1\"")]
    [InlineData("\"Tcp\": \"[::1]:1\", \"Interval\": \"1s\", \"FailuresBeforeCritical\": 2, \"FailuresBeforeWarning\": 2")]
    [InlineData("\"Http\": \"HTTP://localhost/\", \"Interval\": \"1s\", \"Status\": \"critical\", \"Id\": \"the check: of orders\"")]
    public void Is_none_within_the_bounds(string members)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "orders", "Check": { {{members}} } } }""");

        Assert.Empty(result.Faults.Concat(result.Hints).Concat(result.Warnings));
    }

    [Fact]
    public void Set_in_code_is_named_by_its_place_in_the_list() =>
        Assert.Equal(
            ["Consul:Service:Checks:0 is null; remove it, or set its options.", $"Consul:Service:Checks:1 has no kind, so that nobody could say how the app is; set one of {Kinds}."],
            Reading.Read(Reading.Named, options =>
            {
                options.Service!.Checks.Add(null!);
                options.Service.Checks.Add(new());
            }).Faults);
}
