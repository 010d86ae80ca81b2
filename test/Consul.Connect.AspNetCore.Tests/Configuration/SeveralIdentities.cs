using ConsulConnect.Configuration;

namespace ConsulConnect.Tests.Configuration;

public class SeveralIdentities
{
    private const string Both = """
        { "Address": "http://127.0.0.1:8501", "Service": { "Name": "orders", "Port": 1 },
          "Services": { "billing": { "Name": "invoices", "Port": 2, "Tags": [ "v1" ] }, "stock": { "service": { "name": "stock", "tagged_addresses": { "wan": { "address": "10.0.0.7" } } } }, "idle": null },
          "Registration": { "DrainTime": "1s" }, "Connect": { "Service": "orders", "HandshakeTimeout": "7s", "Upstreams": { "payments": { "Retries": 1 } } } }
        """;

    [Fact]
    public void Each_has_its_definition_and_they_share_the_rest()
    {
        var (orders, billing, stock) = (Reading.Valid(Both), Valid("billing", Both), Valid("stock", Both));

        Assert.Equal(("orders", 1), (orders.ServiceName, orders.Service!.Port));
        Assert.Equal(("invoices", 2), (billing.ServiceName, billing.Service!.Port));
        Assert.Equal(("stock", "10.0.0.7"), (stock.ServiceName, stock.Service!.TaggedAddresses["wan"].Address));
        Assert.All([orders, billing, stock], options =>
        {
            Assert.Equal(("http://127.0.0.1:8501", TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1)), (options.Address, options.Connect.HandshakeTimeout, options.Registration.DrainTime));
            Assert.Equal(1, options.Connect.Upstreams["payments"].Retries);
        });
    }

    [Theory]
    [InlineData(Both, "idle", false)]
    [InlineData("""{ "Service": { "Name": "orders" } }""", "idle", false)]
    [InlineData("{}", "idle", false)]
    [InlineData("""{ "Services": { "idle": { "Port": 3 } } }""", "idle", true)]
    public void Without_a_name_of_its_own_one_is_called_as_its_key(string consul, string identity, bool isRegistered)
    {
        var options = Valid(identity, consul);

        Assert.Equal((identity, isRegistered), (options.ServiceName, options.Service is not null));
    }

    [Fact]
    public void Code_may_name_one_that_is_not_registered() =>
        Assert.Equal("reports", Valid("billing", "{}", options => options.Connect.Service = "reports").ServiceName);

    [Theory]
    [InlineData("""{ "Port": 70000 }""", "Consul:Services:billing:Port is 70000; write 1 to 65535, or 0 for the port the mesh listener is bound to.")]
    [InlineData("""{ "Adress": "x" }""", "Consul:Services:billing:Adress is no key of this section; the nearest is Consul:Services:billing:Address; correct it or remove it.")]
    [InlineData("""{ "Name": "a/b" }""", "Consul:Services:billing:Name is \"a/b\", and \"/\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("""{ "Weights": { "Passing": 0 } }""", "Consul:Services:billing:Weights:Passing is 0; write 1 to 65535.")]
    [InlineData("""{ "Checks": [ { "Ttl": "1ms" } ] }""", "Consul:Services:billing:Checks:0:Ttl is 1ms; write a duration from 1s to 8760h.")]
    [InlineData("""{ "Meta": { "consul-x": "v" } }""", "Consul:Services:billing:Meta has the key \"consul-x\", and an agent keeps the prefix consul- to itself; rename it.")]
    [InlineData("""{ "Connect": { "Native": false } }""", "Consul:Services:billing:Connect:Native is false, but an app that joins the mesh itself is native; write true or remove it.")]
    [InlineData("""{ "service": { "kind": "mesh-gateway" } }""", "Consul:Services:billing:service:kind makes an entry a proxy or a gateway, and an app that joins the mesh itself is neither; remove it.")]
    [InlineData("\"billing\"", "Consul:Services:billing is a plain value, but takes a section; write { \"Name\": \"orders\" }.")]
    public void Messages_name_the_definition_they_are_about(string definition, string message) =>
        Assert.Equal(message, Assert.Single(Reading.As("billing", $$"""{ "Service": { "Port": -1 }, "Services": { "billing": {{definition}} } }""").Faults));

    [Fact]
    public void A_name_that_differs_from_codes_is_a_fault_of_this_identity() =>
        Assert.Equal(
            "Consul:Connect:Service is \"reports\", but Consul:Services:billing:Name is \"invoices\": callers would find this app under one name and be shown a certificate for another; remove Consul:Connect:Service.",
            Assert.Single(Reading.As("billing", Both, options => options.Connect.Service = "reports").Faults));

    [Theory]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData(" ")]
    public void A_key_that_is_no_name_is_a_fault(string identity) =>
        Assert.StartsWith($"The key of the identity is \"{identity}\", ", Assert.Single(Reading.As(identity, "{}").Faults), StringComparison.Ordinal);

    [Fact]
    public void All_that_are_defined_can_be_listed()
    {
        Assert.Equal(["billing", "stock"], ConnectConfiguration.IdentitiesIn(Reading.Configuration(Both)).Order());
        Assert.Empty(ConnectConfiguration.IdentitiesIn(Reading.Configuration("{}")));
        Assert.Empty(ConnectConfiguration.IdentitiesIn(null));
    }

    private static ConsulConnectOptions Valid(string identity, string consul, Action<ConsulConnectOptions>? configure = null)
    {
        var result = Reading.As(identity, consul, configure);
        Assert.Empty(result.Faults);
        return result.Options;
    }
}
