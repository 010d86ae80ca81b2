using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Configuration;

public class ANameIsMissing
{
    private const string Message = """Consul:Service:Name is not set; callers and intentions know this app by it; add "Consul": { "Service": { "Name": "orders" } } to appsettings.json.""";

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{ "Service": { "Port": 8443 } }""")]
    [InlineData("""{ "Service": { "Name": "" }, "Connect": { "Service": null } }""")]
    public void The_start_fails_and_says_what_to_add(string? consul)
    {
        var result = Reading.Read(consul);

        Assert.Equal(Message, Assert.Single(result.Faults));
        Assert.Equal(Message, Assert.ThrowsAny<OptionsValidationException>(result.ThrowIfInvalid).Message);
    }

    [Fact]
    public void All_faults_are_said_at_once_one_a_line()
    {
        var result = Reading.Read("""{ "Address": "ftp://agent", "WaitTime": "30", "MaxConnections": 2, "Conect": {}, "Connect": { "Scope": "AllRequests", "Servce": "a" } }""",
            null, ("CONSUL_HTTP_SSL", "maybe"));

        var exception = Assert.ThrowsAny<OptionsValidationException>(result.ThrowIfInvalid);
        Assert.Equal(result.Faults, exception.Message.Split('\n'));
        Assert.Equal(
            [
                """Consul:WaitTime is "30", a number without a unit, which .NET would read as days; write "30s" for seconds, or another of the forms "30s", "500ms", "1m30s", "1.5s" or "00:00:30".""",
                "Consul:Connect:Scope is no key of this section; the nearest is Consul:Connect:Service; correct it or remove it.",
                "Consul:Connect:Servce is no key of this section; the nearest is Consul:Connect:Service; correct it or remove it.",
                """CONSUL_HTTP_SSL is "maybe", which says neither yes nor no; write true, false, 1 or 0.""",
                """Consul:Address is "ftp://agent", which cannot be used: the scheme ftp is unknown; write http://host:port, https://host:port, host:port or unix:///path; write for example "http://127.0.0.1:8500".""",
                "Consul:MaxConnections is 2; write 6 or more.",
                Message,
            ],
            result.Faults.OrderBy(f => Array.FindIndex(Order, o => f.StartsWith(o, StringComparison.Ordinal))));
    }

    [Fact]
    public void Without_a_fault_nothing_is_thrown() => Reading.Read(Reading.Named).ThrowIfInvalid();

    private static readonly string[] Order = ["Consul:WaitTime", "Consul:Connect:Scope", "Consul:Connect:Servce", "CONSUL_HTTP_SSL", "Consul:Address", "Consul:MaxConnections", "Consul:Service:Name"];
}
