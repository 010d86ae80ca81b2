namespace ConsulConnect.Tests.Configuration;

public class TheServicesThatAreCalled
{
    private const string Identity = "spiffe://a.consul/ns/default/dc/dc1/svc/legacy";

    [Fact]
    public void Are_read_whole()
    {
        var upstreams = Valid("""
            "payments": { "Service": "pay.v2", "Datacenter": "dc2", "Namespace": "team", "Partition": "part", "Protocol": "http2", "Balancer": "leastrequests", "OnlyPassing": true, "Retries": 0 },
            "plain": {},
            "legacy": { "Address": "10.0.0.7:9443", "Identity": "spiffe://a.consul/ns/default/dc/dc1/svc/legacy" }
            """);

        var payments = upstreams["PAYMENTS"];
        Assert.Equal(("pay.v2", "dc2", "team", "part"), (payments.Service, payments.Datacenter, payments.Namespace, payments.Partition));
        Assert.Equal((ConnectProtocol.Http2, ConnectBalancing.LeastRequests, true, 0), (payments.Protocol, payments.Balancer, payments.OnlyPassing, payments.Retries));
        var plain = upstreams["plain"];
        Assert.Equal((null, ConnectProtocol.Http1, ConnectBalancing.RoundRobin, false, 2), (plain.Service, plain.Protocol, plain.Balancer, plain.OnlyPassing, plain.Retries));
        Assert.Equal(("10.0.0.7:9443", Identity), (upstreams["legacy"].Address, upstreams["legacy"].Identity));
    }

    [Theory]
    [InlineData("""{ "Service": "a b" }""", "Consul:Connect:Upstreams:x:Service is \"a b\"", "use letters")]
    [InlineData("""{ "Datacenter": "a/b" }""", "Consul:Connect:Upstreams:x:Datacenter is \"a/b\"", "use letters")]
    [InlineData("""{ "Namespace": "a/b" }""", "Consul:Connect:Upstreams:x:Namespace is \"a/b\"", "use letters")]
    [InlineData("""{ "Partition": "a/b" }""", "Consul:Connect:Upstreams:x:Partition is \"a/b\"", "use letters")]
    [InlineData("""{ "Protocol": "http3" }""", "Consul:Connect:Upstreams:x:Protocol is \"http3\"", "write Http1 or Http2")]
    [InlineData("""{ "Balancer": "Random" }""", "Consul:Connect:Upstreams:x:Balancer is \"Random\"", "write RoundRobin or LeastRequests")]
    [InlineData("""{ "OnlyPassing": "yes" }""", "Consul:Connect:Upstreams:x:OnlyPassing is \"yes\"", "write one of them")]
    [InlineData("""{ "Retries": 6 }""", "Consul:Connect:Upstreams:x:Retries is 6", "write 0 to 5")]
    [InlineData("""{ "Retries": -1 }""", "Consul:Connect:Upstreams:x:Retries is -1", "write 0 to 5")]
    [InlineData("""{ "Address": "10.0.0.7:9443" }""", "Consul:Connect:Upstreams:x:Address is \"10.0.0.7:9443\"", "set Consul:Connect:Upstreams:x:Identity")]
    [InlineData("""{ "Identity": "spiffe://a.consul/ns/default/dc/dc1/svc/legacy" }""", "Consul:Connect:Upstreams:x:Identity is", "set Consul:Connect:Upstreams:x:Address")]
    [InlineData("""{ "Address": "10.0.0.7", "Identity": "spiffe://a.consul/ns/default/dc/dc1/svc/legacy" }""", "Consul:Connect:Upstreams:x:Address is \"10.0.0.7\"", "host:port")]
    [InlineData("""{ "Address": "10.0.0.7:1", "Identity": "spiffe://a.consul/svc/legacy" }""", "Consul:Connect:Upstreams:x:Identity is \"spiffe://a.consul/svc/legacy\"", "write the SPIFFE ID of the service")]
    [InlineData("""{ "Address": "10.0.0.7:1", "Identity": "spiffe://a.consul/gateway/mesh/dc/dc1" }""", "Consul:Connect:Upstreams:x:Identity is", "not that of a service")]
    [InlineData("\"payments\"", "Consul:Connect:Upstreams:x is a plain value", "write { \"Service\"")]
    public void Have_faults_with_key_value_and_remedy(string upstream, string keyAndValue, string remedy)
    {
        var fault = Reading.OnlyFault($$"""{ "Connect": { "Service": "web", "Upstreams": { "x": {{upstream}} } } }""");

        Assert.StartsWith(keyAndValue, fault, StringComparison.Ordinal);
        Assert.Contains(remedy, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_named_as_a_service_can_be() =>
        Assert.Contains("Consul:Connect:Upstreams:a/b is named \"a/b\"", Reading.OnlyFault("""{ "Connect": { "Service": "web", "Upstreams": { "a/b": { } } } }"""), StringComparison.Ordinal);

    [Fact]
    public void Show_all_their_faults_at_once() =>
        Assert.Equal(4, Reading.Read("""{ "Connect": { "Service": "web", "Upstreams": { "a": { "Retries": 9, "Address": "x:1" }, "b": { "Identity": "x" } } } }""").Faults.Count);

    [Fact]
    public void May_be_set_in_code_and_are_judged_there_too()
    {
        var fault = Reading.OnlyFault(Reading.Named, options => options.Connect.Upstreams["x"] = new() { Protocol = (ConnectProtocol)7 });

        Assert.StartsWith("Consul:Connect:Upstreams:x:Protocol is 7", fault, StringComparison.Ordinal);
    }

    private static IDictionary<string, ConnectUpstreamOptions> Valid(string upstreams) =>
        Reading.Valid($$"""{ "Connect": { "Service": "web", "Upstreams": { {{upstreams}} } } }""").Connect.Upstreams;
}
