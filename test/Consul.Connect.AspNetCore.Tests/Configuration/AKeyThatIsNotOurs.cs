using ConsulConnect.Configuration;
using ConsulConnect.Tests.Registration;

namespace ConsulConnect.Tests.Configuration;

public class AKeyThatIsNotOurs
{
    [Theory]
    [InlineData("""{ "Connect": { "Servise": "x", "Service": "orders" } }""", "Consul:Connect:Servise", "Consul:Connect:Service")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorisation": { "Provider": "Agent" } } }""", "Consul:Connect:Authorisation", "Consul:Connect:Authorization")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorization": { "DefaultPolcy": "Deny" } } }""", "Consul:Connect:Authorization:DefaultPolcy", "Consul:Connect:Authorization:DefaultPolicy")]
    [InlineData("""{ "Connect": { "Service": "orders", "handshaketimeoutt": "5s" } }""", "Consul:Connect:handshaketimeoutt", "Consul:Connect:HandshakeTimeout")]
    [InlineData("""{ "Connect": { "Service": "orders" }, "Registration": { "Enable": true } }""", "Consul:Registration:Enable", "Consul:Registration:Enabled")]
    [InlineData("""{ "Connect": { "Service": "orders" }, "Tls": { "CAFilePath": "/x" } }""", "Consul:Tls:CAFilePath", "Consul:Tls:CaFile")]
    [InlineData("""{ "Connect": { "Service": "orders" }, "Tls": { "VerifyServerName": true } }""", "Consul:Tls:VerifyServerName", "Consul:Tls:ServerName")]
    [InlineData("""{ "Service": { "Name": "orders", "Adress": "10.0.0.7" } }""", "Consul:Service:Adress", "Consul:Service:Address")]
    [InlineData("""{ "Service": { "Name": "orders", "Connect": { "Nativ": true } } }""", "Consul:Service:Connect:Nativ", "Consul:Service:Connect:Native")]
    [InlineData("""{ "Service": { "Name": "orders", "na_me": "orders" } }""", "Consul:Service:na_me", "Consul:Service:Name")]
    [InlineData("""{ "Service": { "Name": "orders", "enable_tag_overide": true } }""", "Consul:Service:enable_tag_overide", "Consul:Service:enable_tag_override")]
    [InlineData("""{ "Service": { "Name": "orders", "Weights": { "Pasing": 3 } } }""", "Consul:Service:Weights:Pasing", "Consul:Service:Weights:Passing")]
    [InlineData("""{ "Service": { "Name": "orders", "TaggedAddresses": { "wan": { "Address": "10.0.0.7", "Prt": 1 } } } }""", "Consul:Service:TaggedAddresses:wan:Prt", "Consul:Service:TaggedAddresses:wan:Port")]
    [InlineData("""{ "Service": { "Name": "orders", "Check": { "Ttl": "30s", "DeregisterCriticalServicesAfter": "10m" } } }""", "Consul:Service:Check:DeregisterCriticalServicesAfter", "Consul:Service:Check:DeregisterCriticalServiceAfter")]
    [InlineData("""{ "Service": { "Name": "orders", "checks": [ { "ttl": "30s", "deregister_critical_after": "10m" } ] } }""", "Consul:Service:Checks:0:deregister_critical_after", "Consul:Service:Checks:0:deregister_critical_service_after")]
    [InlineData("""{ "Service": { "Name": "orders", "checks": [ { "ttl": "30s", "h2_ping": "x" } ] } }""", "Consul:Service:Checks:0:h2_ping", "Consul:Service:Checks:0:H2Ping")]
    [InlineData("""{ "Connect": { "Service": "orders" }, "Registration": { "Draintime": "1s", "FailFst": true } }""", "Consul:Registration:FailFst", "Consul:Registration:FailFast")]
    [InlineData("""{ "Connect": { "Service": "orders", "Upstreams": { "payments": { "Retrys": 2 } } } }""", "Consul:Connect:Upstreams:payments:Retrys", "Consul:Connect:Upstreams:payments:Retries")]
    public void Below_our_sections_it_is_a_fault_that_names_the_nearest_one(string consul, string key, string nearest) =>
        Assert.Equal($"{key} is no key of this section; the nearest is {nearest}; correct it or remove it.", Reading.OnlyFault(consul));

    [Fact]
    public void An_unknown_key_is_a_fault_even_without_a_value() =>
        Assert.Equal(
            "Consul:Connect:Certificate is no key of this section; the nearest is Consul:Connect:Certificates; correct it or remove it.",
            Reading.OnlyFault("""{ "Connect": { "Service": "orders", "Certificate": null } }"""));

    [Fact]
    public void Beside_our_sections_it_belongs_to_another_library()
    {
        var result = Reading.Read("""{ "Service": { "Name": "orders" }, "Host": "localhost", "Port": 8500, "Config": { "Prefix": "x" } }""");

        Assert.Empty(result.Faults);
        Assert.Empty(result.Hints);
    }

    [Fact]
    public void Hints_and_warnings_are_said_at_their_level()
    {
        var log = new RecordedLog();
        ReadResult.Report([Reading.Read("""{ "Service": { "Name": "orders" }, "Discovery": { "Register": true } }""", null, ("CONSUL_HTTP_SSL_VERIFY", "0"))], log);

        Assert.Collection(
            log.Lines,
            line => Assert.StartsWith("701 Warning: CONSUL_HTTP_SSL_VERIFY turns", line, StringComparison.Ordinal),
            line => Assert.StartsWith("702 Information: Consul:Discovery:Register belongs to Steeltoe", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "Service": "orders" }""", """Consul:Service is a plain value, but takes a section; write { "Name": "orders" }.""")]
    [InlineData("""{ "Service": { "Name": "orders", "Tags": "v2" } }""", """Consul:Service:Tags is a plain value, but takes a section; write [ "v2" ].""")]
    [InlineData("""{ "Service": { "Name": "orders", "Tags": { "a": "v2" } } }""", """Consul:Service:Tags:a is no element of a list of texts; write "Tags": [ "v2" ].""")]
    [InlineData("""{ "Service": { "Name": "orders", "Meta": { "a": { "b": "c" } } } }""", """Consul:Service:Meta:a is a section, but metadata is text by key, and a key cannot hold a colon; write "Meta": { "team": "sales" }.""")]
    [InlineData("""{ "Service": { "Name": "orders", "Weights": 5 } }""", """Consul:Service:Weights is a plain value, but takes a section; write { "Passing": 10, "Warning": 1 }.""")]
    [InlineData("""{ "Service": { "Name": "orders", "TaggedAddresses": { "wan": "10.0.0.7" } } }""", """Consul:Service:TaggedAddresses:wan is a plain value, but takes a section; write { "Address": "203.0.113.7", "Port": 8443 }.""")]
    [InlineData("""{ "Service": { "Name": "orders", "Checks": "30s" } }""", """Consul:Service:Checks is a plain value, but takes a section; write [ { "Ttl": "30s" } ].""")]
    [InlineData("""{ "Service": { "Name": "orders", "Checks": [ "30s" ] } }""", """Consul:Service:Checks:0 is a plain value, but takes a section; write { "Ttl": "30s" }.""")]
    [InlineData("""{ "Service": { "Name": "orders", "Check": { "Http": "http://h/", "Interval": "1s", "Header": { "X-A": "b" } } } }""", """Consul:Service:Check:Header:X-A is a plain value, but takes a list of texts; write "X-A": [ "…" ].""")]
    [InlineData("""{ "Service": { "Name": "orders", "Check": { "Args": "true", "Interval": "1s" } } }""", """Consul:Service:Check:Args is a plain value, but takes a section; write [ "/usr/local/bin/check" ].""")]
    [InlineData("""{ "Service": { "Name": "orders", "Check": { "Ttl": "30" } } }""", """Consul:Service:Check:Ttl is "30", a number without a unit, which .NET would read as days; write "30s" for seconds, or another of the forms "30s", "500ms", "1m30s", "1.5s" or "00:00:30".""")]
    [InlineData("""{ "Service": { "Name": "orders" }, "Services": "billing" }""", """Consul:Services is a plain value, but takes a section; write { "billing": { "Name": "billing" } }.""")]
    [InlineData("""{ "Service": { "Name": "orders" }, "Registration": { "OnShutdown": "Remove" } }""", """Consul:Registration:OnShutdown is "Remove", which is unknown; write Deregister or Maintenance.""")]
    [InlineData("""{ "Service": { "Name": "orders" }, "Address": { "Host": "x" } }""", """Consul:Address is a section, but takes one value; write "Address": "…".""")]
    [InlineData("""{ "Service": { "Name": "orders" }, "AllowInsecureAgent": "yes" }""", """Consul:AllowInsecureAgent is "yes", which is neither true nor false; write one of them.""")]
    [InlineData("""{ "Service": { "Name": "orders" }, "MaxConnections": "12.5" }""", """Consul:MaxConnections is "12.5", which is not a whole number; write digits only.""")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorization": { "Provider": "Envoy" } } }""", """Consul:Connect:Authorization:Provider is "Envoy", which is unknown; write Intentions or Agent.""")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorization": { "Mode": "Warn" } } }""", """Consul:Connect:Authorization:Mode is "Warn", which is unknown; write Enforce or Audit.""")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorization": { "Scope": "None" } } }""", """Consul:Connect:Authorization:Scope is "None", which is unknown; write AllRequests or AnnotatedEndpoints.""")]
    [InlineData("""{ "Connect": { "Service": "orders", "RequestNormalization": true } }""", """Consul:Connect:RequestNormalization is a plain value, but takes a section; write { "MergeSlashes": true }.""")]
    [InlineData("""{ "Connect": { "Service": "orders", "Authorization": { "DefaultPolicy": "1" } } }""", """Consul:Connect:Authorization:DefaultPolicy is "1", which is unknown; write FromAgent or Allow or Deny.""")]
    public void A_value_of_the_wrong_kind_is_a_fault_that_says_what_to_write(string consul, string message) =>
        Assert.Contains(message, Reading.Read(consul).Faults);
}
