using ConsulConnect.Configuration;
using ConsulConnect.Tests.Sources;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Tests.Configuration;

public class KeysOfSteeltoe
{
    [Theory]
    [InlineData("""{ "ServiceName": "orders" }""", "Consul:Discovery:ServiceName belongs to Steeltoe and is not read here; ours: Consul:Service:Name.")]
    [InlineData("""{ "healthcheckcriticaltimeout": "30m" }""", "Consul:Discovery:healthcheckcriticaltimeout belongs to Steeltoe and is not read here; ours: Consul:Service:Checks:0:DeregisterCriticalServiceAfter.")]
    [InlineData("""{ "Heartbeat": { "TtlValue": 30 } }""", "Consul:Discovery:Heartbeat:TtlValue belongs to Steeltoe and is not read here; ours: Consul:Service:Checks:0:Ttl.")]
    [InlineData("""{ "Scheme": "https" }""", "Consul:Discovery:Scheme belongs to Steeltoe and is not read here; ours: nothing to set: callers of the mesh always use TLS.")]
    [InlineData("""{ "Tags": [ "a", "b" ] }""", "Consul:Discovery:Tags belongs to Steeltoe and is not read here; ours: Consul:Service:Tags.")]
    [InlineData("""{ "Metadata": { "a": "1", "b": "2" } }""", "Consul:Discovery:Metadata belongs to Steeltoe and is not read here; ours: Consul:Service:Meta.")]
    [InlineData("""{ "OfAnOlderVersion": 1 }""", "Consul:Discovery:OfAnOlderVersion belongs to Steeltoe and is not read here; this app's entry in the catalog is described by Consul:Service.")]
    public void Yield_one_hint_with_ours(string discovery, string hint)
    {
        var result = Reading.Read($$"""{ "Service": { "Name": "orders" }, "Discovery": {{discovery}} }""");

        Assert.Empty(result.Faults);
        Assert.Equal(hint, Assert.Single(result.Hints));
    }

    [Fact]
    public void Yield_a_hint_each() =>
        Assert.Equal(
            ["Heartbeat:Enabled", "Heartbeat:TtlValue", "Port", "Retry:Enabled"],
            Reading.Read("""{ "Service": { "Name": "orders" }, "Discovery": { "Port": 80, "Heartbeat": { "Enabled": true, "TtlValue": 30 }, "Retry": { "Enabled": false }, "HostName": null } }""")
                .Hints.Select(hint => hint["Consul:Discovery:".Length..hint.IndexOf(' ', StringComparison.Ordinal)]));

    [Fact]
    public void Are_never_read() => Assert.Equal(0, Reading.Valid("""{ "Service": { "Name": "orders" }, "Discovery": { "ServiceName": "other", "Port": 80 } }""").Service!.Port);

    [Fact]
    public void Stand_in_the_documentation_as_in_the_hints()
    {
        var rows = SourceFile.Read("docs/steeltoe.md").Split('\n')
            .Where(line => line.StartsWith("| `Consul:Discovery:", StringComparison.Ordinal))
            .Select(line => line.Replace("`", "", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1]["Consul:Discovery:".Length..], cells[2]));

        Assert.Equal(SteeltoeKeys.Table, rows);
    }

    [Fact]
    public void Are_answered_with_keys_that_are_read() =>
        Assert.All(SteeltoeKeys.Table.Where(row => row.Ours.StartsWith("Consul:", StringComparison.Ordinal)), row =>
        {
            var key = row.Ours.Split(',')[0].Replace("<name>", "payments", StringComparison.Ordinal);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, "x")]).Build();

            Assert.DoesNotContain(ConnectConfiguration.Read(configuration, _ => null, null).Faults, fault => fault.Contains("is no key of this section", StringComparison.Ordinal));
        });
}
