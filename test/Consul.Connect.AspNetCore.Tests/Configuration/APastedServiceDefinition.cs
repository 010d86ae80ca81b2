namespace ConsulConnect.Tests.Configuration;

public class APastedServiceDefinition
{
    [Theory]
    [InlineData("""{ "ID": "orders-1", "Name": "orders", "Port": 8443, "Tags": [ "v2" ], "Meta": { "Owner_Of": "x", "owner": "y" }, "Connect": { "Native": true } }""")]
    [InlineData("""{ "id": "orders-1", "name": "orders", "port": 8443, "tags": [ "v2" ], "meta": { "Owner_Of": "x", "owner": "y" }, "connect": { "native": true } }""")]
    [InlineData("""{ "service": { "id": "orders-1", "name": "orders", "port": 8443, "tags": [ "v2" ], "meta": { "Owner_Of": "x", "owner": "y" }, "connect": { "native": true } } }""")]
    public void Both_of_Consuls_spellings_are_read_and_metadata_stays_as_written(string service)
    {
        var options = Reading.Valid($$"""{ "Service": {{service}} }""");

        Assert.Equal(("orders-1", "orders", 8443), (options.Service!.Id, options.Service.Name, options.Service.Port));
        Assert.Equal(["v2"], options.Service.Tags);
        Assert.Equal([new("owner", "y"), new("Owner_Of", "x")], options.Service.Meta.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Weights", """{ "Passing": 5 }""")]
    [InlineData("TaggedAddresses", """{ "wan": { "Address": "1.2.3.4" } }""")]
    [InlineData("tagged_addresses", """{ "wan": { "Address": "1.2.3.4" } }""")]
    [InlineData("EnableTagOverride", "true")]
    [InlineData("enable_tag_override", "true")]
    [InlineData("Check", """{ "Ttl": "30s" }""")]
    [InlineData("Checks", """[ { "Ttl": "30s", "DeregisterCriticalServiceAfter": "10m" } ]""")]
    [InlineData("socket_path", "\"/run/orders.sock\"")]
    [InlineData("Kind", "\"connect-proxy\"")]
    [InlineData("Proxy", """{ "DestinationServiceName": "web" }""")]
    [InlineData("Token", "\"s3cr3t\"")]
    [InlineData("Namespace", "\"team\"")]
    [InlineData("Partition", "\"part\"")]
    [InlineData("Locality", """{ "Region": "eu" }""")]
    public void What_this_version_does_not_register_is_a_fault(string key, string value) =>
        Assert.Equal(
            $"Consul:Service:{key} is not supported in this version yet; remove it.",
            Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "{{key}}": {{value}} } }"""));

    [Fact]
    public void A_sidecar_beside_a_native_service_is_a_fault() =>
        Assert.Equal(
            "Consul:Service:Connect:SidecarService is not supported in this version yet; remove it.",
            Reading.OnlyFault("""{ "Service": { "Name": "orders", "Connect": { "Native": true, "SidecarService": { "Port": 20000 } } } }"""));

    [Fact]
    public void A_service_that_is_not_native_is_a_fault() =>
        Assert.Equal(
            "Consul:Service:Connect:Native is false, but an app that joins the mesh itself is native; write true or remove it.",
            Reading.OnlyFault("""{ "Service": { "Name": "orders", "Connect": { "Native": false } } }"""));

    [Fact]
    public void A_member_beside_the_agent_files_object_is_a_fault() =>
        Assert.Equal(
            "Consul:Service:Port stands beside Consul:Service:service, which holds the whole definition; move it in there.",
            Reading.OnlyFault("""{ "Service": { "service": { "name": "orders" }, "Port": 8443 } }"""));

    [Fact]
    public void A_fault_inside_the_agent_files_object_names_its_place() =>
        Assert.Equal(
            "Consul:Service:service:checks is not supported in this version yet; remove it.",
            Reading.OnlyFault("""{ "Service": { "service": { "name": "orders", "checks": [ { "ttl": "30s" } ] } } }"""));
}
