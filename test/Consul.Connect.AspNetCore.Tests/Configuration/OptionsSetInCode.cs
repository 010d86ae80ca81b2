namespace ConsulConnect.Tests.Configuration;

public class OptionsSetInCode
{
    [Fact]
    public void They_win_over_configuration_and_variables()
    {
        var options = Reading.Valid("""{ "Address": "http://127.0.0.1:1", "Service": { "Name": "orders" } }""", o =>
        {
            Assert.Equal(("http://127.0.0.1:1", "team"), (o.Address, o.Namespace));
            o.Address = "http://127.0.0.1:2";
            o.Namespace = "mine";
            o.Service!.Name = "billing";
        }, ("CONSUL_NAMESPACE", "team"));

        Assert.Equal(("http://127.0.0.1:2", "mine", "billing"), (options.Address, options.Namespace, options.ServiceName));
        Assert.Equal("code (ConsulConnectOptions.Address)", options.Origins.Address);
    }

    [Fact]
    public void They_are_validated_like_the_rest() =>
        Assert.Equal("Consul:WaitTime is 0s; write a duration from 1s to 10m.", Reading.OnlyFault(Reading.Named, o => o.WaitTime = TimeSpan.Zero));

    [Fact]
    public void A_value_outside_its_enumeration_is_a_fault() =>
        Assert.Equal(
            "Consul:Connect:Authorization:DefaultPolicy is 7, which is unknown; write FromAgent or Allow or Deny.",
            Reading.OnlyFault(Reading.Named, o => o.Connect.Authorization.DefaultPolicy = (ConnectDefaultPolicy)7));

    [Fact]
    public void An_endpoint_without_a_name_is_a_fault() =>
        Assert.Equal(
            "ConsulConnectOptions.Endpoint is \"\", which is blank; write the name of a Kestrel endpoint, such as \"Connect\".",
            Reading.OnlyFault(Reading.Named, o => o.Endpoint = ""));

    [Fact]
    public void A_token_replaces_a_token_file_that_was_read()
    {
        var options = Reading.Valid("""{ "TokenFile": "/nowhere", "Connect": { "Service": "orders" } }""", o => o.Token = "t0");

        Assert.Equal(("t0", null), (options.Token, options.TokenFile));
    }

    [Fact]
    public void A_token_file_replaces_a_token_that_was_read()
    {
        using var file = new TestFile();
        var options = Reading.Valid(Reading.Named, o => o.TokenFile = file.Path, ("CONSUL_HTTP_TOKEN", "t0"));

        Assert.Equal((null, file.Path), (options.Token, options.TokenFile));
    }

    [Fact]
    public void A_token_and_a_token_file_both_set_here_are_a_fault()
    {
        using var file = new TestFile();

        Assert.Equal(
            "Consul:Token and Consul:TokenFile are both set, and which of them holds is not clear; remove one.",
            Reading.OnlyFault(Reading.Named, o => (o.Token, o.TokenFile) = ("t0", file.Path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_blank_name_is_a_fault(string name) =>
        Assert.Equal(
            $"Consul:Connect:Service is \"{name}\", which is blank; use letters, digits, \".\", \"_\" and \"-\".",
            Reading.OnlyFault(null, o => o.Connect.Service = name));
}
