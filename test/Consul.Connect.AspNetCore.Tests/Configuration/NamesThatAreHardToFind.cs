namespace ConsulConnect.Tests.Configuration;

[Trait("Case", "REG-006")]
public class NamesThatAreHardToFind
{
    [Theory]
    [InlineData("Orders", "O")]
    [InlineData("orders.v2", ".")]
    [InlineData("orders_v2", "_")]
    public void Outside_of_what_DNS_takes_they_are_a_warning(string name, string character)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "{{name}}" } }""");

        Assert.Empty(result.Faults);
        Assert.Equal(
            $"Consul:Service:Name is \"{name}\", and \"{character}\" does not fit a name in DNS; certificates and intentions also tell upper case from lower, where the catalog does not; prefer lower-case letters, digits and \"-\".",
            Assert.Single(result.Warnings));
    }

    [Theory]
    [InlineData(63, 0)]
    [InlineData(64, 1)]
    [InlineData(300, 1)]
    public void Longer_than_a_label_they_are_a_warning(int length, int warnings)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "{{new string('a', length)}}" } }""");

        Assert.Empty(result.Faults);
        Assert.Equal(warnings, result.Warnings.Count);
        Assert.All(result.Warnings, warning => Assert.Contains($"{length} characters long, and a label in DNS ends at 63", warning, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\\u0000b")]
    [InlineData("a%2fb")]
    public void What_no_certificate_can_carry_is_a_fault_and_no_warning(string name)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "{{name}}" } }""");

        Assert.Contains("cannot appear in a verified identity", Assert.Single(result.Faults), StringComparison.Ordinal);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void The_key_is_named_that_holds_the_name() =>
        Assert.StartsWith("Consul:Connect:Service is \"Web\"", Assert.Single(Reading.Read("""{ "Connect": { "Service": "Web" } }""").Warnings), StringComparison.Ordinal);
}
