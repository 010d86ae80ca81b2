namespace ConsulConnect.Tests.Configuration;

public class APastedServiceDefinition
{
    private const string InTheApi = """
        { "ID": "orders-1", "Name": "orders", "Address": "10.0.0.7", "Port": 8443, "Tags": [ "v2" ], "Meta": { "Owner_Of": "x", "owner": "y" }, "Namespace": "team", "Partition": "part",
          "TaggedAddresses": { "lan_ipv4": { "Address": "10.0.0.8", "Port": 1 }, "Wan_X": { "Address": "wan.example" } },
          "Weights": { "Passing": 10, "Warning": 0 }, "EnableTagOverride": true, "Connect": { "Native": true },
          "Check": { "CheckID": "c0", "Name": "n", "Notes": "o", "Status": "warning", "HTTP": "https://10.0.0.7:8080/health", "Method": "POST", "Header": { "X_Probe_Id": [ "a", "b" ] },
                     "Body": "{}", "DisableRedirects": false, "Interval": "10s", "Timeout": "1m30s", "TLSSkipVerify": true, "TLSServerName": "n.example",
                     "SuccessBeforePassing": 1, "FailuresBeforeWarning": 2, "FailuresBeforeCritical": 3, "OutputMaxSize": 512, "DeregisterCriticalServiceAfter": "90m" },
          "Checks": [ { "CheckID": "c1", "TTL": "30s" }, { "CheckID": "c2", "TCP": "localhost:22", "TCPUseTLS": true, "Interval": "10s" }, { "CheckID": "c3", "UDP": "localhost:53", "Interval": "10s" },
                      { "CheckID": "c4", "GRPC": "127.0.0.1:12345/orders", "GRPCUseTLS": true, "Interval": "10s" }, { "CheckID": "c5", "H2PING": "localhost:2222", "H2PingUseTLS": false, "Interval": "10s" },
                      { "CheckID": "c6", "ScriptArgs": [ "/bin/check", "-a" ], "Interval": "10s" }, { "CheckID": "c7", "OSService": "orders.service", "Interval": "10s" },
                      { "CheckID": "c8", "AliasService": "web", "AliasNode": "n1" } ] }
        """;

    private const string InAnAgentFile = """
        { "service": { "id": "orders-1", "name": "orders", "address": "10.0.0.7", "port": 8443, "tags": [ "v2" ], "meta": { "Owner_Of": "x", "owner": "y" }, "namespace": "team", "partition": "part",
          "tagged_addresses": { "lan_ipv4": { "address": "10.0.0.8", "port": 1 }, "Wan_X": { "address": "wan.example" } },
          "weights": { "passing": 10, "warning": 0 }, "enable_tag_override": true, "connect": { "native": true },
          "check": { "id": "c0", "name": "n", "notes": "o", "status": "warning", "http": "https://10.0.0.7:8080/health", "method": "POST", "header": { "X_Probe_Id": [ "a", "b" ] },
                     "body": "{}", "disable_redirects": false, "interval": "10s", "timeout": "1m30s", "tls_skip_verify": true, "tls_server_name": "n.example",
                     "success_before_passing": 1, "failures_before_warning": 2, "failures_before_critical": 3, "output_max_size": 512, "deregister_critical_service_after": "90m" },
          "checks": [ { "check_id": "c1", "ttl": "30s" }, { "id": "c2", "tcp": "localhost:22", "tcp_use_tls": true, "interval": "10s" }, { "id": "c3", "udp": "localhost:53", "interval": "10s" },
                      { "id": "c4", "grpc": "127.0.0.1:12345/orders", "grpc_use_tls": true, "interval": "10s" }, { "id": "c5", "h2ping": "localhost:2222", "h2ping_use_tls": false, "interval": "10s" },
                      { "id": "c6", "args": [ "/bin/check", "-a" ], "interval": "10s" }, { "id": "c7", "os_service": "orders.service", "interval": "10s" },
                      { "id": "c8", "alias_service": "web", "alias_node": "n1" } ] } }
        """;

    [Theory]
    [InlineData(InTheApi)]
    [InlineData(InAnAgentFile)]
    public void Every_member_is_read_in_both_of_Consuls_spellings(string definition)
    {
        var service = Reading.Service(definition);

        Assert.Equal(("orders-1", "orders", "10.0.0.7", 8443, true), (service.Id, service.Name, service.Address, service.Port, service.EnableTagOverride));
        Assert.Equal(("team", "part", 10, 0), (service.Namespace, service.Partition, service.Weights!.Passing, service.Weights.Warning));
        Assert.Equal(["v2"], service.Tags);
        Assert.Equal([new("owner", "y"), new("Owner_Of", "x")], service.Meta.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase));
        Assert.Equal([("lan_ipv4", "10.0.0.8", 1), ("Wan_X", "wan.example", 0)], service.TaggedAddresses.OrderBy(pair => pair.Key, StringComparer.Ordinal).Reverse().OrderBy(pair => pair.Value.Address, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.Address!, pair.Value.Port)));
        Assert.Equal(["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"], service.Checks.Select(check => check.Id));

        var http = service.Checks[0];
        Assert.Equal(("n", "o", "warning", "https://10.0.0.7:8080/health", "POST", "{}", false), (http.Name, http.Notes, http.Status, http.Http, http.Method, http.Body, http.DisableRedirects));
        Assert.Equal(["a", "b"], http.Header["X_Probe_Id"]);
        Assert.Equal("X_Probe_Id", Assert.Single(http.Header.Keys));
        Assert.Equal((10.0, 90.0, 90.0), (http.Interval!.Value.TotalSeconds, http.Timeout!.Value.TotalSeconds, http.DeregisterCriticalServiceAfter!.Value.TotalMinutes));
        Assert.Equal((true, "n.example", 1, 2, 3, 512), (http.TlsSkipVerify, http.TlsServerName, http.SuccessBeforePassing, http.FailuresBeforeWarning, http.FailuresBeforeCritical, http.OutputMaxSize));
        Assert.Equal(30, service.Checks[1].Ttl!.Value.TotalSeconds);
        Assert.Equal(("localhost:22", true, "localhost:53"), (service.Checks[2].Tcp, service.Checks[2].TcpUseTls, service.Checks[3].Udp));
        Assert.Equal(("127.0.0.1:12345/orders", true, "localhost:2222", false), (service.Checks[4].Grpc, service.Checks[4].GrpcUseTls, service.Checks[5].H2Ping, service.Checks[5].H2PingUseTls));
        Assert.Equal(["/bin/check", "-a"], service.Checks[6].Args);
        Assert.Equal(("orders.service", "web", "n1"), (service.Checks[7].OsService, service.Checks[8].AliasService, service.Checks[8].AliasNode));
    }

    [Theory]
    [InlineData("""{ "service": { "name": "redis", "port": 8000, "connect": { "native": true } } }""")]
    [InlineData("""{ "Service": { "service": { "name": "redis", "port": 8000, "connect": { "native": true } } } }""")]
    [InlineData("""{ "service": [ { "name": "redis", "port": 8000, "connect": [ { "native": true } ] } ] }""")]
    public void A_native_service_of_the_documentation_stands_under_Consul_as_it_is(string consul) =>
        Assert.Equal(("redis", 8000), (Reading.Valid(consul).Service!.Name, Reading.Valid(consul).Service!.Port));

    // Definitions of Consul's own documentation, of several versions.
    [Theory]
    [InlineData("""{ "ID": "redis1", "Name": "redis", "Tags": [ "primary", "v1" ], "Address": "127.0.0.1", "Port": 8000, "Meta": { "redis_version": "4.0" }, "EnableTagOverride": false, "Check": { "DeregisterCriticalServiceAfter": "90m", "Args": [ "/usr/local/bin/check_redis.py" ], "Interval": "10s", "Timeout": "5s" }, "Weights": { "Passing": 10, "Warning": 1 } }""")]
    [InlineData("""{ "service": { "name": "redis", "address": "192.0.2.10", "port": 80, "tagged_addresses": { "lan": { "address": "192.0.2.10", "port": 80 }, "lan_ipv6": { "address": "2001:db8:1:2:cafe::1337", "port": 80 }, "virtual": { "address": "203.0.113.50", "port": 80 } } } }""")]
    [InlineData("""{ "service": [ { "id": "redis", "meta": [ { "custom_meta_key": "custom_meta_value" } ], "name": "redis", "port": 80, "tagged_addresses": [ { "lan": [ { "address": "192.168.0.55", "port": 8000 } ], "wan": [ { "address": "198.18.0.23", "port": 80 } ] } ], "tags": [ "primary" ] } ] }""")]
    [InlineData("""{ "service": { "name": "redis", "check": [ { "args": [ "/bin/check_mem", "-limit", "256MB" ], "id": "mem", "interval": "10s", "status": "passing" } ] } }""")]
    [InlineData("""{ "service": { "name": "redis", "check": { "id": "api", "name": "HTTP API on port 5000", "http": "https://localhost:5000/health", "tls_server_name": "", "tls_skip_verify": false, "method": "POST", "header": { "Content-Type": [ "application/json" ] }, "body": "{\"method\":\"health\"}", "interval": "10s", "timeout": "1s" } } }""")]
    [InlineData("""{ "service": { "name": "redis", "checks": [ { "id": "ssh", "name": "SSH TCP on port 22", "tcp": "localhost:22", "interval": "10s", "timeout": "1s" }, { "id": "dns", "udp": "localhost:53", "interval": "10s" }, { "id": "web-app", "notes": "Web app does a curl internally every 10 seconds", "ttl": "30s" }, { "id": "mem-util", "grpc": "127.0.0.1:12345/my_service", "grpc_use_tls": true, "interval": "10s" }, { "id": "h2ping-check", "h2ping": "localhost:22222", "interval": "10s", "h2ping_use_tls": false }, { "id": "web-alias", "alias_service": "web" }, { "id": "svc", "os_service": "myco-svctype-svcname-001", "interval": "10s" } ] } }""")]
    [InlineData("""{ "service": { "name": "redis", "port": 6379, "enable_tag_override": true, "address": "", "weights": { "passing": 3, "warning": 2, "critical": 1 } } }""")]
    public void Definitions_of_the_documentation_work_as_they_are(string definition) => Assert.Equal("redis", Reading.Service(definition).Name);

    [Fact]
    public void A_member_that_no_agent_reads_is_a_hint() =>
        Assert.Equal(
            "Consul:Service:Weights:Critical does nothing, although Consul's documentation shows it: no agent reads it, and an instance that is critical takes no load.",
            Assert.Single(Reading.Read("""{ "Service": { "Name": "orders", "Weights": { "Passing": 3, "Critical": 1 } } }""").Hints));

    [Fact]
    public void One_check_and_a_list_are_read_together_the_one_first()
    {
        var service = Reading.Service("""{ "Name": "orders", "Checks": [ {}, { "Id": "b", "Ttl": "20s" } ], "Check": { "Id": "a", "Ttl": "10s" } }""");

        Assert.Equal([("a", "Check"), ("b", "Checks:1")], service.Checks.Select(check => (check.Id!, check.Place!)));
    }

    [Theory]
    [InlineData("Kind", "\"connect-proxy\"", "makes an entry a proxy or a gateway, and an app that joins the mesh itself is neither; remove it")]
    [InlineData("Proxy", """{ "DestinationServiceName": "web" }""", "configures a proxy, and an app that joins the mesh itself has none; remove it, and write whom the app calls under Consul:Connect:Upstreams")]
    [InlineData("proxy_destination", "\"web\"", "names the service behind a proxy, and an app that joins the mesh itself has none; remove it")]
    [InlineData("socket_path", "\"/run/orders.sock\"", "leads callers of the same machine to a unix socket, and callers of the mesh dial an address and a port; remove it, and set Address and Port")]
    [InlineData("Ports", """[ { "Name": "http", "Port": 1 } ]""", "names several ports, and callers of the mesh know one; write Port")]
    [InlineData("Token", "\"s3cr3t\"", "is the token under which an agent keeps an entry in the catalog, and here that is the token the entry is registered with; remove it and set Consul:Token or Consul:TokenFile")]
    [InlineData("Locality", """{ "Region": "eu" }""", "is for proxies that prefer what is near, and an app that joins the mesh itself has none; remove it")]
    public void What_a_native_app_cannot_have_is_a_fault_with_its_own_reason(string key, string value, string reason) =>
        Assert.Equal($"Consul:Service:{key} {reason}.", Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "{{key}}": {{value}} } }"""));

    [Theory]
    [InlineData("docker_container_id", "\"f972c95ebf0e\"", "belongs to a check that runs a command in a Docker container, which is not registered here; write a TTL check, which the app's own health feeds, or a command in Args")]
    [InlineData("Shell", "\"/bin/bash\"", "belongs to a check that runs a command in a Docker container, which is not registered here; write a TTL check, which the app's own health feeds, or a command in Args")]
    [InlineData("Script", "\"/bin/check\"", "is a spelling agents gave up with Consul 1.1; write the command as a list in Args")]
    [InlineData("service_id", "\"orders-1\"", "names the service of a check that stands alone, and this one belongs to the service it stands in; remove it")]
    [InlineData("Namespace", "\"team\"", "is that of the service a check belongs to; write it beside the service's name")]
    public void What_a_check_of_a_native_app_cannot_have_is_one_too(string key, string value, string reason) =>
        Assert.Equal($"Consul:Service:Check:{key} {reason}.", Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "Check": { "Ttl": "30s", "{{key}}": {{value}} } } }"""));

    [Theory]
    [InlineData("""{ "Kind": "", "Token": "", "SocketPath": null, "Proxy": {}, "Locality": null }""")]
    [InlineData("""{ "Connect": { "SidecarService": null, "Native": null }, "Check": null, "Checks": [] }""")]
    public void What_is_empty_is_not_set(string members) =>
        Reading.Service(members.Replace("{ \"", "{ \"Name\": \"orders\", \"", StringComparison.Ordinal).Replace("\"Connect\": { \"Name\": \"orders\", ", "\"Connect\": { ", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{ "Native": true, "SidecarService": { "Port": 20000 } }""", "SidecarService")]
    [InlineData("""{ "native": true, "sidecar_service": { "port": 20000 } }""", "sidecar_service")]
    [Trait("Case", "REG-005")]
    public void A_sidecar_beside_a_native_service_is_a_fault(string connect, string key) =>
        Assert.Equal(
            $"Consul:Service:Connect:{key} registers a sidecar, and an app that joins the mesh itself has none: an entry is native or has a proxy, never both; remove it.",
            Reading.OnlyFault($$"""{ "Service": { "Name": "orders", "Connect": {{connect}} } }"""));

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
            "Consul:Service:service:Checks:0:ttl_ is no key of this section; the nearest is Consul:Service:service:Checks:0:Ttl; correct it or remove it.",
            Reading.OnlyFault("""{ "Service": { "service": { "name": "orders", "checks": [ { "ttl": "30s", "ttl_": "1s" } ] } } }"""));

    [Fact]
    public void Several_definitions_in_one_place_are_a_fault() =>
        Assert.Contains(
            "Consul:Service is a list of several definitions, but one identity has one; write each further one under Consul:Services, by the name the app's code gives its identity.",
            Reading.Read("""{ "Service": [ { "name": "a" }, { "name": "b" } ] }""").Faults);

    [Fact]
    public void Two_spellings_of_one_member_are_a_fault() =>
        Assert.Equal(
            "Consul:Service:tagged_addresses and Consul:Service:TaggedAddresses are two spellings of one key; remove one.",
            Assert.Single(Reading.Read("""{ "Service": { "Name": "orders", "tagged_addresses": { "wan": { "address": "10.0.0.7" } }, "TaggedAddresses": { "lan": { "Address": "10.0.0.7" } } } }""").Faults));
}
