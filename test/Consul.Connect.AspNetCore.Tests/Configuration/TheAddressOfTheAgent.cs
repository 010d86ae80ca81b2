namespace ConsulConnect.Tests.Configuration;

public class TheAddressOfTheAgent
{
    private static string With(string address, string more = "") => $$"""{ "Connect": { "Service": "orders" }, "Address": "{{address}}" {{more}} }""";

    [Theory]
    [InlineData("http://127.0.0.1:8500")]
    [InlineData("https://agent.example:8501/")]
    [InlineData("10.0.0.7:8500")]
    [InlineData("unix:///run/consul.sock")]
    [Trait("Case", "CFG-004")]
    public void Is_given_in_one_of_four_forms(string address) => Assert.Equal(address, Reading.Valid(With(address)).Address);

    [Theory]
    [InlineData("ftp://agent", "\"ftp://agent\"")]
    [InlineData("http://", "\"http://\"")]
    [InlineData("http://agent/v1", "\"http://agent/v1\"")]
    [InlineData("http://agent:0", "\"http://agent:0\"")]
    [InlineData("unix://run/consul.sock", "\"unix://run/consul.sock\"")]
    [InlineData("http://agent?token=s3cr3t", "not shown here")]
    [InlineData("http://user:s3cr3t@agent:8500", "not shown here")]
    [InlineData("user:s3cr3t@agent:8500", "not shown here")]
    [Trait("Case", "CFG-003")]
    public void Is_refused_in_any_other(string address, string shown)
    {
        var fault = Reading.OnlyFault(With(address));

        Assert.StartsWith($"Consul:Address is {shown}, which cannot be used: ", fault, StringComparison.Ordinal);
        Assert.EndsWith("; write for example \"http://127.0.0.1:8500\".", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.7:8500")]
    [InlineData("10.0.0.7:8500")]
    [InlineData("http://agent.example")]
    public void Plain_http_to_another_machine_never_carries_a_token(string address)
    {
        var message = $"Consul:Address is \"{address}\", plain http to another machine: what Consul:Token holds, and the private key in the agent's answers, could be read on the way; use https://, or set Consul:AllowInsecureAgent to true where the network is trusted.";

        Assert.Equal(message, Reading.OnlyFault(With(address, """, "Token": "t" """)));
        Assert.Equal(message.Replace("Consul:Token", "CONSUL_HTTP_TOKEN", StringComparison.Ordinal), Reading.OnlyFault(With(address), null, ("CONSUL_HTTP_TOKEN", "t")));
        Assert.Equal(message.Replace("Consul:Token", "CONSUL_HTTP_AUTH", StringComparison.Ordinal), Reading.OnlyFault(With(address), null, ("CONSUL_HTTP_AUTH", "u:p")));
        using var file = new TestFile();
        Assert.Equal(message.Replace("Consul:Token", "Consul:TokenFile", StringComparison.Ordinal), Reading.OnlyFault(With(address, $$""", "TokenFile": "{{file.Json}}" """)));
    }

    [Theory]
    [InlineData("http://10.0.0.7:8500", """, "Token": "t", "AllowInsecureAgent": true""")]
    [InlineData("http://10.0.0.7:8500", "")]
    [InlineData("http://127.0.0.1:8500", """, "Token": "t" """)]
    [InlineData("http://127.9.9.9:8500", """, "Token": "t" """)]
    [InlineData("http://[::1]:8500", """, "Token": "t" """)]
    [InlineData("http://localhost:8500", """, "Token": "t" """)]
    [InlineData("https://10.0.0.7:8501", """, "Token": "t" """)]
    [InlineData("unix:///run/consul.sock", """, "Token": "t" """)]
    public void A_token_may_go_where_nobody_listens_in_or_the_operator_says_so(string address, string more) => Reading.Valid(With(address, more));

    [Fact]
    [Trait("Case", "CFG-016")]
    public void A_token_and_a_file_for_one_are_a_fault()
    {
        using var file = new TestFile();

        Assert.Equal(
            "Consul:Token and Consul:TokenFile are both set, and which of them holds is not clear; remove one.",
            Reading.OnlyFault($$"""{ "Connect": { "Service": "orders" }, "Token": "t", "TokenFile": "{{file.Json}}" }"""));
        Assert.Equal(
            "CONSUL_HTTP_TOKEN and CONSUL_HTTP_TOKEN_FILE are both set, and which of them holds is not clear; remove one.",
            Reading.OnlyFault(Reading.Named, null, ("CONSUL_HTTP_TOKEN", "t"), ("CONSUL_HTTP_TOKEN_FILE", file.Path)));
    }

    [Fact]
    public void Files_must_be_there()
    {
        var faults = Reading.Read("""
            { "Connect": { "Service": "orders" }, "TokenFile": "/nowhere/token",
              "Tls": { "CaFile": "/nowhere/ca.pem", "CaPath": "/nowhere", "CertFile": "/nowhere/cert.pem", "KeyFile": "/nowhere/key.pem" } }
            """).Faults;

        Assert.Equal(
            [
                "Consul:TokenFile is \"/nowhere/token\", and there is no such file; correct the path or remove it.",
                "Consul:Tls:CaFile is \"/nowhere/ca.pem\", and there is no such file; correct the path or remove it.",
                "Consul:Tls:CertFile is \"/nowhere/cert.pem\", and there is no such file; correct the path or remove it.",
                "Consul:Tls:KeyFile is \"/nowhere/key.pem\", and there is no such file; correct the path or remove it.",
                "Consul:Tls:CaPath is \"/nowhere\", and there is no such folder; correct the path or remove it.",
            ],
            faults);
    }

    [Fact]
    public void A_client_certificate_and_its_key_go_together()
    {
        using var file = new TestFile();

        Assert.Equal(
            $"Consul:Tls:CertFile is \"{file.Path}\", but a client certificate needs its private key; set Consul:Tls:KeyFile too.",
            Reading.OnlyFault($$"""{ "Connect": { "Service": "orders" }, "Tls": { "CertFile": "{{file.Json}}" } }"""));
        Assert.Equal(
            $"CONSUL_CLIENT_KEY is \"{file.Path}\", but a private key needs its certificate; set Consul:Tls:CertFile too.",
            Reading.OnlyFault(Reading.Named, null, ("CONSUL_CLIENT_KEY", file.Path)));
    }

    [Fact]
    public void The_expected_name_is_a_host_name() =>
        Assert.Equal(
            "CONSUL_TLS_SERVER_NAME is \"https://agent\", which is no host name; write the name in the agent's certificate, such as \"server.dc1.consul\".",
            Reading.OnlyFault(Reading.Named, null, ("CONSUL_TLS_SERVER_NAME", "https://agent")));
}
