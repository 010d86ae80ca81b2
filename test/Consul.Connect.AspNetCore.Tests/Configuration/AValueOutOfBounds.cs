namespace ConsulConnect.Tests.Configuration;

public class AValueOutOfBounds
{
    [Theory]
    [InlineData("WaitTime", "\"999ms\"", "Consul:WaitTime is 999ms; write a duration from 1s to 10m.")]
    [InlineData("WaitTime", "\"10m1s\"", "Consul:WaitTime is 10m1s; write a duration from 1s to 10m.")]
    [InlineData("MaxConnections", "5", "Consul:MaxConnections is 5; write 6 or more.")]
    [InlineData("Datacenter", "\"dc/1\"", "Consul:Datacenter is \"dc/1\", and \"/\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Namespace", "\"..\"", "Consul:Namespace is \"..\", which is no name but a step in a path; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Partition", "\" \"", "Consul:Partition is \" \", which is blank; use letters, digits, \".\", \"_\" and \"-\".")]
    public void Of_the_agent_it_is_a_fault(string key, string value, string message) =>
        Assert.Equal(message, Reading.OnlyFault($$"""{ "Connect": { "Service": "orders" }, "{{key}}": {{value}} }"""));

    [Theory]
    [InlineData("HandshakeTimeout", "\"0s\"", "Consul:Connect:HandshakeTimeout is 0s; write a duration from 100ms to 1m.")]
    [InlineData("HandshakeTimeout", "\"61s\"", "Consul:Connect:HandshakeTimeout is 1m1s; write a duration from 100ms to 1m.")]
    [InlineData("MaxConcurrentHandshakes", "0", "Consul:Connect:MaxConcurrentHandshakes is 0; write 1 or more.")]
    [InlineData("Authorization", """{ "PollInterval": "49ms" }""", "Consul:Connect:Authorization:PollInterval is 49ms; write a duration from 50ms to 1m.")]
    [InlineData("Authorization", """{ "PollInterval": "61s" }""", "Consul:Connect:Authorization:PollInterval is 1m1s; write a duration from 50ms to 1m.")]
    [InlineData("Authorization", """{ "RevocationGrace": "61s" }""", "Consul:Connect:Authorization:RevocationGrace is 1m1s; write a duration from 0s to 1m.")]
    [InlineData("Authorization", """{ "MaxStaleness": "4s" }""", "Consul:Connect:Authorization:MaxStaleness is 4s; write a duration from 5s to 24h.")]
    [InlineData("Authorization", """{ "MaxStaleness": "25h" }""", "Consul:Connect:Authorization:MaxStaleness is 25h; write a duration from 5s to 24h.")]
    [Trait("Case", "CFG-007")]
    public void Of_the_mesh_it_is_a_fault(string key, string value, string message) =>
        Assert.Equal(message, Reading.OnlyFault($$"""{ "Connect": { "Service": "orders", "{{key}}": {{value}} } }"""));

    [Theory]
    [InlineData("1s", "50ms", "5s", "100ms")]
    [InlineData("10m", "60s", "24h", "60s")]
    public void The_bounds_themselves_are_allowed(string wait, string poll, string staleness, string handshake) =>
        Reading.Valid($$"""{ "WaitTime": "{{wait}}", "Connect": { "Service": "orders", "HandshakeTimeout": "{{handshake}}", "Authorization": { "PollInterval": "{{poll}}", "MaxStaleness": "{{staleness}}" } } }""");

    [Theory]
    [InlineData("Name", "\"a/b\"", "Consul:Service:Name is \"a/b\", and \"/\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\" \"", "Consul:Service:Name is \" \", which is blank; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\"my orders\"", "Consul:Service:Name is \"my orders\", and a blank cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\"or\\nders\"", "Consul:Service:Name is \"or\\u000aders\", and a control character cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\"größe\"", "Consul:Service:Name is \"größe\", and \"ö\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\"..\"", "Consul:Service:Name is \"..\", which is no name but a step in a path; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Name", "\"a%2fb\"", "Consul:Service:Name is \"a%2fb\", and \"%\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".")]
    [InlineData("Id", "\"orders/1\"", "Consul:Service:Id is \"orders/1\", and blanks, control characters and \"/\" have no place in an id; write for example \"orders-1\", or remove it.")]
    [InlineData("Id", "\".\"", "Consul:Service:Id is \".\", which is no id but a step in a path; write for example \"orders-1\", or remove it.")]
    [InlineData("Id", "\"  \"", "Consul:Service:Id is \"  \", which is blank; write for example \"orders-1\", or remove it.")]
    [InlineData("Port", "65536", "Consul:Service:Port is 65536; write 1 to 65535, or 0 for the port the mesh listener is bound to.")]
    [InlineData("Port", "-1", "Consul:Service:Port is -1; write 1 to 65535, or 0 for the port the mesh listener is bound to.")]
    [InlineData("Address", "\"0.0.0.0\"", "Consul:Service:Address is \"0.0.0.0\", which no caller can dial; write an address callers reach, or remove it for the node's own.")]
    [InlineData("Address", "\"::\"", "Consul:Service:Address is \"::\", which no caller can dial; write an address callers reach, or remove it for the node's own.")]
    [InlineData("Address", "\"::ffff:0.0.0.0\"", "Consul:Service:Address is \"::ffff:0.0.0.0\", which no caller can dial; write an address callers reach, or remove it for the node's own.")]
    [InlineData("Address", "\"0\"", "Consul:Service:Address is \"0\", which no caller can dial; write an address callers reach, or remove it for the node's own.")]
    [InlineData("Address", "\"[::]\"", "Consul:Service:Address is \"[::]\", which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.")]
    [InlineData("Address", "\"https://orders:8443\"", "Consul:Service:Address is \"https://orders:8443\", which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.")]
    [InlineData("Address", "\"10.0.0.7:8443\"", "Consul:Service:Address is \"10.0.0.7:8443\", which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.")]
    [InlineData("Meta", """{ "a b": "v" }""", "Consul:Service:Meta has the key \"a b\", and an agent accepts letters, digits, \"_\" and \"-\" only; rename it.")]
    [InlineData("Meta", """{ "consul-x": "v" }""", "Consul:Service:Meta has the key \"consul-x\", and an agent keeps the prefix consul- to itself; rename it.")]
    public void Of_the_service_it_is_a_fault(string key, string value, string message) =>
        Assert.Equal(message, Reading.OnlyFault(key == "Name" ? $$"""{ "Service": { "Name": {{value}} } }""" : $$"""{ "Service": { "Name": "orders", "{{key}}": {{value}} } }"""));

    [Theory]
    [InlineData("Name", "\"Orders.v2_x-1\"")]
    [InlineData("Id", "\"_nomad-task-1:orders\"")]
    [InlineData("Port", "65535")]
    [InlineData("Address", "\"2001:db8::7\"")]
    [InlineData("Address", "\"orders.internal\"")]
    [InlineData("Address", "\"orders_1\"")]
    public void What_Consul_and_callers_can_use_is_allowed(string key, string value) =>
        Reading.Valid($$"""{ "Service": { {{(key == "Name" ? "" : "\"Name\": \"orders\",")}} "{{key}}": {{value}} } }""");

    [Fact]
    [Trait("Case", "CFG-019")]
    public void Two_names_that_differ_are_a_fault() =>
        Assert.Equal(
            "Consul:Connect:Service is \"billing\", but Consul:Service:Name is \"orders\": callers would find this app under one name and be shown a certificate for another; remove Consul:Connect:Service.",
            Reading.OnlyFault("""{ "Service": { "Name": "orders" }, "Connect": { "Service": "billing" } }"""));

    [Fact]
    public void Metadata_beyond_what_an_agent_accepts_is_a_fault()
    {
        var faults = Reading.Read(Reading.Named, o =>
        {
            for (var i = 0; i < 62; i++)
                o.Service!.Meta[$"k{i}"] = new string('v', 512);
            o.Service!.Meta[new string('k', 128)] = "";
            o.Service.Meta["long"] = new string('é', 257);
            o.Service.Meta[new string('x', 129)] = "";
        }).Faults;

        Assert.Equal(
            [
                "Consul:Service:Meta has 65 pairs, and an agent accepts 64; remove some.",
                "Consul:Service:Meta:long is a value of 514 bytes, and an agent accepts 512; shorten it.",
                $"Consul:Service:Meta:{new string('x', 100)}… is a key of 129 bytes, and an agent accepts 128; shorten it.",
            ],
            faults);
    }

    [Fact]
    public void A_long_value_is_cut_in_the_message() =>
        Assert.Equal(
            $"Consul:Service:Name is \"{new string('a', 100)}…\", and \"/\" cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".",
            Reading.OnlyFault($$"""{ "Service": { "Name": "{{new string('a', 200)}}/" } }"""));
}
