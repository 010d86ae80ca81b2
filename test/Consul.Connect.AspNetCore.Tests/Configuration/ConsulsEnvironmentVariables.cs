namespace ConsulConnect.Tests.Configuration;

public class ConsulsEnvironmentVariables
{
    [Fact]
    public void All_of_them_work()
    {
        using var file = new TestFile();
        var options = Reading.Valid(Reading.Named, null,
            ("CONSUL_HTTP_ADDR", "agent.example:8501"), ("CONSUL_HTTP_TOKEN", "t0"), ("CONSUL_HTTP_AUTH", "user:pass"), ("CONSUL_HTTP_SSL", "true"),
            ("CONSUL_HTTP_SSL_VERIFY", "false"), ("CONSUL_CACERT", file.Path), ("CONSUL_CAPATH", Path.GetTempPath()), ("CONSUL_CLIENT_CERT", file.Path),
            ("CONSUL_CLIENT_KEY", file.Path), ("CONSUL_TLS_SERVER_NAME", "localhost"), ("CONSUL_NAMESPACE", "default"), ("CONSUL_PARTITION", "default"));

        Assert.Equal(("agent.example:8501", "CONSUL_HTTP_ADDR"), (options.Address, options.Origins.Address));
        Assert.Equal("t0", options.Token);
        Assert.Equal(("user:pass", true, false), (options.Origins.BasicAuth, options.Origins.UseTls, options.Origins.VerifyAgent));
        Assert.Equal((file.Path, Path.GetTempPath()), (options.Tls.CaFile, options.Tls.CaPath));
        Assert.Equal((file.Path, file.Path, "localhost"), (options.Tls.CertFile, options.Tls.KeyFile, options.Tls.ServerName));
        Assert.Equal(("default", "default"), (options.Namespace, options.Partition));
    }

    [Fact]
    public void Configuration_wins_over_each()
    {
        using var file = new TestFile();
        using var other = new TestFile();
        var options = Reading.Valid($$"""
            { "Address": "https://configured:8501", "TokenFile": "{{file.Json}}", "Namespace": "team", "Partition": "part", "Connect": { "Service": "orders" },
              "Tls": { "CaFile": "{{file.Json}}", "CertFile": "{{file.Json}}", "KeyFile": "{{file.Json}}", "ServerName": "configured" } }
            """, null,
            ("CONSUL_HTTP_ADDR", "http://other"), ("CONSUL_HTTP_TOKEN", "t0"), ("CONSUL_HTTP_TOKEN_FILE", other.Path), ("CONSUL_CACERT", other.Path),
            ("CONSUL_CAPATH", Path.GetTempPath()), ("CONSUL_CLIENT_CERT", other.Path), ("CONSUL_CLIENT_KEY", other.Path), ("CONSUL_TLS_SERVER_NAME", "other"),
            ("CONSUL_NAMESPACE", "other"), ("CONSUL_PARTITION", "other"));

        Assert.Equal(("https://configured:8501", "Consul:Address"), (options.Address, options.Origins.Address));
        Assert.Equal((null, file.Path), (options.Token, options.TokenFile));
        Assert.Equal((file.Path, null, file.Path, file.Path, "configured"), (options.Tls.CaFile, options.Tls.CaPath, options.Tls.CertFile, options.Tls.KeyFile, options.Tls.ServerName));
        Assert.Equal(("team", "part"), (options.Namespace, options.Partition));
    }

    [Fact]
    public void A_configured_token_beats_both_variables_for_one()
    {
        var options = Reading.Valid("""{ "Token": "configured", "Connect": { "Service": "orders" } }""", null,
            ("CONSUL_HTTP_TOKEN", "t0"), ("CONSUL_HTTP_TOKEN_FILE", "/nowhere"));

        Assert.Equal(("configured", null), (options.Token, options.TokenFile));
    }

    [Fact]
    public void The_token_file_is_taken()
    {
        using var file = new TestFile();

        Assert.Equal(file.Path, Reading.Valid(Reading.Named, null, ("CONSUL_HTTP_TOKEN_FILE", file.Path)).TokenFile);
    }

    [Fact]
    public void A_configured_half_of_a_client_certificate_is_not_completed_by_a_variable()
    {
        using var file = new TestFile();

        Assert.Equal(
            $"Consul:Tls:CertFile is \"{file.Path}\", but a client certificate needs its private key; set Consul:Tls:KeyFile too.",
            Reading.OnlyFault($$"""{ "Connect": { "Service": "orders" }, "Tls": { "CertFile": "{{file.Json}}" } }""", null, ("CONSUL_CLIENT_KEY", file.Path)));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("False", false)]
    [InlineData("0", false)]
    [InlineData("", true)]
    [Trait("Case", "CFG-015")]
    public void Verification_of_the_agent_means_what_it_says(string value, bool verified)
    {
        var result = Reading.Environment(("CONSUL_HTTP_SSL_VERIFY", value));

        Assert.Empty(result.Faults);
        Assert.Equal(verified, result.Options.Origins.VerifyAgent);
        if (verified)
            Assert.Empty(result.Warnings);
        else
            Assert.StartsWith("CONSUL_HTTP_SSL_VERIFY turns the verification of the agent's certificate off", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONSUL_HTTP_SSL_VERIFY", "no")]
    [InlineData("CONSUL_HTTP_SSL_VERIFY", "2")]
    [InlineData("CONSUL_HTTP_SSL", "yes")]
    public void A_switch_that_says_neither_is_a_fault_and_changes_nothing(string variable, string value)
    {
        var result = Reading.Environment((variable, value));

        Assert.Equal($"{variable} is \"{value}\", which says neither yes nor no; write true, false, 1 or 0.", Assert.Single(result.Faults));
        Assert.True(result.Options.Origins.VerifyAgent);
    }

    [Theory]
    [InlineData("agent:8501", "agent:8501", "CONSUL_HTTP_ADDR")]
    [InlineData("http://agent:8501", "https://agent:8501", "CONSUL_HTTP_ADDR")]
    [InlineData("https://agent:8501", "https://agent:8501", "CONSUL_HTTP_ADDR")]
    [InlineData("unix:///run/consul.sock", "unix:///run/consul.sock", "CONSUL_HTTP_ADDR")]
    [InlineData("", "https://127.0.0.1:8500", "CONSUL_HTTP_SSL")]
    [Trait("Case", "CFG-004")]
    public void Tls_that_was_asked_for_is_never_taken_back_by_an_address(string address, string expected, string origin)
    {
        var options = Reading.Valid(Reading.Named, null, ("CONSUL_HTTP_ADDR", address), ("CONSUL_HTTP_SSL", "1"));

        Assert.Equal((expected, origin, true), (options.Address, options.Origins.Address, options.Origins.UseTls));
    }

    [Fact]
    public void A_configured_address_keeps_its_scheme() =>
        Assert.Equal("http://127.0.0.1:8500", Reading.Valid("""{ "Address": "http://127.0.0.1:8500", "Connect": { "Service": "orders" } }""", null, ("CONSUL_HTTP_SSL", "1")).Address);

    [Fact]
    public void A_user_without_a_password_is_a_user() =>
        Assert.Equal("user:", Reading.Valid(Reading.Named, null, ("CONSUL_HTTP_AUTH", "user")).Origins.BasicAuth);

    [Fact]
    public void A_fault_names_the_variable_that_must_change()
    {
        var result = Reading.Environment(("CONSUL_HTTP_ADDR", "ftp://agent"), ("CONSUL_NAMESPACE", "a/b"), ("CONSUL_CACERT", "/nowhere/ca.pem"));

        Assert.StartsWith("CONSUL_HTTP_ADDR is \"ftp://agent\", which cannot be used: ", result.Faults[0], StringComparison.Ordinal);
        Assert.Equal("CONSUL_CACERT is \"/nowhere/ca.pem\", and there is no such file; correct the path or remove it.", result.Faults[1]);
        Assert.StartsWith("CONSUL_NAMESPACE is \"a/b\", ", result.Faults[2], StringComparison.Ordinal);
    }

    [Fact]
    public void They_work_without_any_configuration()
    {
        var options = Reading.Valid(null, o => o.Connect.Service = "orders", ("CONSUL_HTTP_ADDR", "unix:///alloc/tmp/consul_http.sock"));

        Assert.Equal("unix:///alloc/tmp/consul_http.sock", options.Address);
    }
}
