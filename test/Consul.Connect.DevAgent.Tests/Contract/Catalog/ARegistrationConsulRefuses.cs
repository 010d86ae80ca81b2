using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class ARegistrationConsulRefuses(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory]
    [BothAgents("", "Request decode failed: EOF")]
    [BothAgents("null", "Missing service name")]
    [BothAgents("{}", "Missing service name")]
    [BothAgents("""{"Port":1}""", "Missing service name")]
    [BothAgents("""{"Name":""", "Request decode failed: unexpected EOF")]
    [BothAgents("""{"Name":5}""", "Request decode failed: json: cannot unmarshal number into Go struct field .Name of type string")]
    [BothAgents("""{"Name":"bad","Port":"80"}""", "Request decode failed: json: cannot unmarshal string into Go struct field .Port of type int")]
    [BothAgents("""{"Name":"bad","Port":1.5}""", "Request decode failed: json: cannot unmarshal number 1.5 into Go struct field .Port of type int")]
    [BothAgents("""{"Name":"bad","Tags":"x"}""", "Request decode failed: json: cannot unmarshal string into Go struct field .Tags of type []string")]
    [BothAgents("""{"Name":"bad","Meta":{"a":1}}""", "Request decode failed: json: cannot unmarshal number into Go struct field .Meta of type string")]
    [BothAgents("""{"Name":"bad","Bogus":1}""", "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"bad","Check":{"Bogus":1}}""", "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"bad","Proxy":{"Bogus":1}}""", "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"bad","Connect":{"SidecarService":{"Bogus":1}}}""", "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"bad","TaggedAddresses":{"lan":{"Bogus":1}}}""", "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"abc"}}""", "Request decode failed: time: invalid duration \"abc\"")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"30"}}""", "Request decode failed: time: missing unit in duration \"30\"")]
    [BothAgents("""{"Name":"bad","Checks":[{}]}""", "Invalid check: TTL must be > 0 for TTL checks")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"-1s"}}""", "Invalid check: TTL must be > 0 for TTL checks")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"10s","Interval":"10s"}}""", "Invalid check: Interval and TTL cannot both be specified")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"10s","OutputMaxSize":-1}}""", "Invalid check: MaxOutputMaxSize must be positive")]
    [BothAgents("""{"Name":"bad","Check":{"TTL":"10s","Status":"green"}}""", "Status for checks must 'passing', 'warning', 'critical'")]
    [BothAgents("""{"Name":"bad","Weights":{"Passing":0,"Warning":1}}""", "Invalid Weights: Passing must be greater than 0")]
    [BothAgents("""{"Name":"bad","Weights":{"Passing":70000,"Warning":1}}""", "Invalid Weights: DNS Weight must be between 0 and 65535")]
    [BothAgents("""{"Name":"bad","Address":"0.0.0.0"}""", "Invalid service address")]
    [BothAgents("""{"Name":"bad","Address":"[::]"}""", "Invalid service address")]
    [BothAgents("""{"Name":"bad","Meta":{"bad key!":"x"}}""", "Invalid Service Meta: Couldn't load metadata pair ('bad key!', 'x'): Key contains invalid characters")]
    [BothAgents("""{"Name":"bad","Meta":{"consul-x":"x"}}""", "Invalid Service Meta: Couldn't load metadata pair ('consul-x', 'x'): Key prefix 'consul-' is reserved for internal use")]
    [BothAgents("""{"Name":"bad","Meta":{"":"x"}}""", "Invalid Service Meta: Couldn't load metadata pair ('', 'x'): Key cannot be blank")]
    public async Task It_answers_400_with_the_reason(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", body);
        Assert.Equal((HttpStatusCode.BadRequest, text), (answer.Status, answer.Text));
        Assert.DoesNotContain("bad", (await agent.GetAsync("/v1/agent/services")).Members);
    }

    [SkippableTheory]
    [BothAgents("""{"Name":"bad","Kind":"connect-proxy","Port":1,"Proxy":{}}""", "Proxy.DestinationServiceName must be non-empty for Connect proxy services")]
    [BothAgents("""{"Name":"bad","Kind":"connect-proxy","Port":1,"Proxy":{"DestinationServiceName":"x"},"Connect":{"Native":true}}""", "A Proxy cannot also be Connect Native, only typical services")]
    [BothAgents("""{"Name":"bad","Kind":"connect-proxy","Port":1,"Proxy":{"DestinationServiceName":"x","Upstreams":[{}]}}""", "upstream destination name cannot be empty")]
    [BothAgents("""{"Name":"bad","Kind":"mesh-gateway"}""", "Port must be non-zero for a mesh-gateway")]
    [BothAgents("""{"Name":"bad","Connect":{"SidecarService":{"ID":"q"}}}""", "A SidecarService cannot specify an ID as this is managed by the agent")]
    [BothAgents("""{"Name":"bad","Connect":{"SidecarService":{"Connect":{"SidecarService":{}}}}}""", "A SidecarService cannot have a nested SidecarService")]
    public async Task It_lists_what_is_wrong_with_the_service(AgentKind kind, string body, string fault)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal($"{(agent.Knows(Feature.CurrentTexts) ? "Validation failed: " : "")}1 error occurred:\n\t* {fault}\n\n", answer.Text);
        Assert.DoesNotContain("bad", (await agent.GetAsync("/v1/agent/services")).Members);
    }

    [SkippableTheory, BothAgents]
    public async Task All_faults_of_a_service_are_listed(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", """{"Name":"bad","Port":80,"Kind":"connect-proxy","Connect":{"Native":true}}""");
        Assert.EndsWith("2 errors occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\t* A Proxy cannot also be Connect Native, only typical services\n\n", answer.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [BothAgents("""{"HTTP":"http://127.0.0.1/"}""")]
    [BothAgents("""{"TCP":"127.0.0.1:1"}""")]
    [BothAgents("""{"GRPC":"127.0.0.1:1"}""")]
    public async Task A_check_that_is_run_needs_an_interval(AgentKind kind, string check)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", $$"""{"Name":"bad","Check":{{check}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            agent.Knows(Feature.CurrentTexts) ? "Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks" : "Invalid check: Interval must be > 0 for Script, HTTP, or TCP checks",
            answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task Scripts_are_never_run(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", """{"Name":"bad","Check":{"Args":["/bin/true"],"Interval":"1s"}}""");
        Assert.Equal(
            (HttpStatusCode.InternalServerError, "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true"),
            (answer.Status, answer.Text));
    }

    [SkippableTheory]
    [BothAgents("GET", "/v1/agent/service/register")]
    [BothAgents("POST", "/v1/agent/service/register")]
    [BothAgents("POST", "/v1/agent/service/deregister/x")]
    [BothAgents("GET", "/v1/agent/check/pass/x")]
    public async Task Only_PUT_registers(AgentKind kind, string method, string path)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.SendAsync(new(method), path);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, $"method {method} not allowed"), (answer.Status, answer.Text));
        Assert.Equal("OPTIONS,PUT", answer.Header("Allow"));
    }
}
