namespace ConsulConnect.Tests.Configuration;

public class AnImpossibleEntry
{
    [Theory]
    [InlineData("""{ "Weights": { "Passing": 0 } }""", "Consul:Service:Weights:Passing is 0; write 1 to 65535.")]
    [InlineData("""{ "Weights": { "Passing": 65536 } }""", "Consul:Service:Weights:Passing is 65536; write 1 to 65535.")]
    [InlineData("""{ "Weights": { "Warning": -1 } }""", "Consul:Service:Weights:Warning is -1; write 0 to 65535, where 0 takes the instance out while a check warns.")]
    [InlineData("""{ "Weights": { "Warning": 65536 } }""", "Consul:Service:Weights:Warning is 65536; write 0 to 65535, where 0 takes the instance out while a check warns.")]
    [InlineData("""{ "TaggedAddresses": { "wan": { "Port": 80 } } }""", "Consul:Service:TaggedAddresses:wan:Address is not set; write an address callers reach, or remove the tag.")]
    [InlineData("""{ "TaggedAddresses": { "wan": { "Address": "0.0.0.0" } } }""", "Consul:Service:TaggedAddresses:wan:Address is \"0.0.0.0\", which no caller can dial; write an address callers reach, or remove the tag.")]
    [InlineData("""{ "TaggedAddresses": { "wan": { "Address": "http://x" } } }""", "Consul:Service:TaggedAddresses:wan:Address is \"http://x\", which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.")]
    [InlineData("""{ "TaggedAddresses": { "wan": { "Address": "10.0.0.7", "Port": 70000 } } }""", "Consul:Service:TaggedAddresses:wan:Port is 70000; write 1 to 65535, or 0 for the instance's port.")]
    [InlineData("""{ "Namespace": "a/b" }""", "Consul:Service:Namespace is \"a/b\", and \"/\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    public void Is_refused_with_key_value_and_remedy(string members, string message) =>
        Assert.Equal(message, Reading.OnlyFault($$"""{ "Service": { "Name": "orders", {{members[1..^1]}} } }"""));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [Trait("Case", "REG-008")]
    public void Is_one_at_a_wildcard_that_no_caller_can_dial(string address) =>
        Assert.Equal(
            $"Consul:Service:Address is \"{address}\", which no caller can dial; write an address callers reach, or remove it for the node's own.",
            Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "Address": "{{address}}" } }"""));

    [Theory]
    [InlineData("""{ "Weights": { "Passing": 65535, "Warning": 0 } }""")]
    [InlineData("""{ "TaggedAddresses": { "lan": { "Address": "orders.internal" }, "wan_ipv6": { "Address": "2001:db8::7", "Port": 65535 } } }""")]
    public void Is_none_within_the_bounds(string members) => Reading.Service($$"""{ "Name": "orders", {{members[1..^1]}} }""");

    [Theory]
    [InlineData("\"Namespace\": \"team\"", "\"Namespace\": \"other\"", "Consul:Service:Namespace is \"other\", but Consul:Namespace is \"team\": the certificate would be for one and the entry in the other; remove one.")]
    [InlineData("\"Partition\": \"part\"", "\"Partition\": \"default\"", "Consul:Service:Partition is \"default\", but Consul:Partition is \"part\": the certificate would be for one and the entry in the other; remove one.")]
    [InlineData("\"Namespace\": \"default\"", "\"Namespace\": \"team\"", "Consul:Service:Namespace is \"team\", but Consul:Namespace is \"default\": the certificate would be for one and the entry in the other; remove one.")]
    public void Is_one_elsewhere_than_the_identity(string agent, string definition, string message) =>
        Assert.Equal(message, Reading.OnlyFault($$"""{ {{agent}}, "Service": { "Name": "orders", {{definition}} } }"""));

    [Fact]
    public void Is_one_elsewhere_than_a_variable_says() =>
        Assert.StartsWith(
            "Consul:Service:Namespace is \"other\", but CONSUL_NAMESPACE is \"team\": ",
            Reading.OnlyFault("""{ "Service": { "Name": "orders", "Namespace": "other" } }""", null, ("CONSUL_NAMESPACE", "team")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "Service": { "Name": "orders", "Namespace": "team", "Partition": "part" } }""")]
    [InlineData("""{ "Namespace": "team", "Partition": "part", "Service": { "Name": "orders" } }""")]
    [InlineData("""{ "Namespace": "team", "Partition": "part", "Service": { "Name": "orders", "Namespace": "team", "Partition": "part" } }""")]
    public void Is_none_where_the_definition_says_the_same_or_says_it_alone(string consul)
    {
        var options = Reading.Valid(consul);

        Assert.Equal(("team", "part"), (options.Namespace, options.Partition));
    }

    [Fact]
    public void Is_none_in_the_default_place_however_that_is_written() =>
        Reading.Valid("""{ "Namespace": "default", "Service": { "Name": "orders", "Namespace": "Default", "Partition": "default" } }""", null, ("CONSUL_PARTITION", "default"));
}
