using ConsulConnect.Configuration;

namespace ConsulConnect.Tests.Configuration;

public class TheConfigurationChanges
{
    [Fact]
    public void The_definition_alone_is_read_again()
    {
        var running = Reading.Valid("""{ "Service": { "Name": "orders", "Tags": [ "v1" ] } }""");
        var result = Again("""{ "Address": "ftp://nowhere", "WaitTime": "1", "Service": { "Name": "orders", "Tags": [ "v2" ] } }""", running);

        Assert.Empty(result.Faults);
        Assert.Equal(["v2"], result.Definition!.Tags);
        Assert.Equal(["v1"], running.Service!.Tags);
    }

    [Fact]
    public void Code_keeps_its_word_on_it()
    {
        Action<ConsulConnectOptions> code = options => options.Service!.Meta["set"] = "in code";
        var result = Again("""{ "Service": { "Name": "orders", "Meta": { "team": "sales" } } }""", Reading.Valid(Reading.Named, code), code);

        Assert.Equal(["set", "team"], result.Definition!.Meta.Keys.Order());
    }

    [Fact]
    public void That_of_another_identity_is_found_under_its_key()
    {
        var running = Reading.As("billing", """{ "Services": { "billing": { "Name": "billing" } } }""").Options;
        var result = Again("""{ "Services": { "billing": { "Name": "billing", "Port": 9 } }, "Service": { "Port": -1 } }""", running);

        Assert.Equal(9, result.Definition!.Port);
    }

    [Fact]
    public void A_definition_with_faults_is_not_used_and_all_of_them_are_named()
    {
        var result = Again("""{ "Service": { "Name": "orders", "Port": -1, "Checks": [ { "Ttl": "1ms" } ] } }""", Reading.Valid(Reading.Named));

        Assert.Null(result.Definition);
        Assert.Equal(2, result.Faults.Count);
    }

    [Theory]
    [InlineData("""{ "Name": "billing" }""", "Consul:Service:Name has become \"billing\" and was \"orders\", for which the app has its certificate; restart the app, or write it back.")]
    [InlineData("""{ "Name": "orders", "Namespace": "team" }""", "Consul:Service:Namespace has become \"team\" and was unset, for which the app has its certificate; restart the app, or write it back.")]
    public void What_the_certificate_says_cannot_change(string definition, string message) =>
        Assert.Equal(message, Assert.Single(Again($$"""{ "Service": {{definition}} }""", Reading.Valid(Reading.Named)).Faults));

    [Theory]
    [InlineData("""{ "Namespace": "team", "Service": { "Name": "orders" } }""", "Consul:Namespace has become \"team\" and was unset")]
    [InlineData("""{ "Connect": { "Service": "billing" }, "Service": { "Port": 1 } }""", "Consul:Connect:Service has become \"billing\" and was \"orders\"")]
    public void What_the_certificate_says_is_named_where_it_stands(string consul, string message) =>
        Assert.StartsWith(message, Assert.Single(Again(consul, Reading.Valid(Reading.Named)).Faults), StringComparison.Ordinal);

    [Fact]
    public void A_definition_that_is_gone_is_none_and_no_fault()
    {
        var result = Again("""{ "Connect": { "Service": "orders" } }""", Reading.Valid("""{ "Service": { "Name": "orders" }, "Connect": { "Service": "orders" } }"""));

        Assert.Null(result.Definition);
        Assert.Empty(result.Faults);
    }

    [Fact]
    public void Other_keys_that_changed_are_named_without_their_values()
    {
        var before = Keys("""{ "Token": "t0", "Connect": { "Authorization": { "Mode": "Enforce", "DefaultPolicy": "Deny" } }, "Service": { "Name": "orders" }, "Host": "a" }""");
        var after = Keys("""{ "token": "s3cr3t", "WaitTime": "2s", "Tls": { "CaFile": null }, "Connect": { "Authorization": { "Mode": "Audit" } }, "Service": { "Name": "billing" }, "Host": "b" }""");

        Assert.Equal(
            ["Consul:Connect:Authorization:DefaultPolicy", "Consul:Connect:Authorization:Mode", "Consul:Token", "Consul:WaitTime"],
            after.ChangedSince(before).Select(key => key == "Consul:token" ? "Consul:Token" : key));
        Assert.DoesNotContain("s3cr3t", after.ToString() + string.Concat(after.ChangedSince(before)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_changed_where_only_the_definition_did() =>
        Assert.Empty(Keys("""{ "Token": "t0", "Service": { "Name": "orders", "Port": 1 } }""").ChangedSince(Keys("""{ "Token": "t0", "Service": { "Name": "orders" } }""")));

    [Theory]
    [InlineData("""{ "Services": { "billing": { "Name": "billing" } } }""", """{ "Services": null }""", "Consul:Services:billing")]
    [InlineData("""{ "Connect": { "Service": "orders" } }""", """{ "Connect": { "Service": "orders" }, "Service": { "Name": "orders" } }""", "Consul:Service")]
    public void A_definition_that_comes_or_goes_is_named(string before, string after, string key) =>
        Assert.Equal([key], Keys(after).ChangedSince(Keys(before)));

    private static KeysInUse Keys(string consul) => new(Reading.Configuration(consul));

    private static DefinitionResult Again(string consul, ConsulConnectOptions running, Action<ConsulConnectOptions>? configure = null) =>
        ConnectConfiguration.ReadDefinition(Reading.Configuration(consul), _ => null, configure, running);
}
