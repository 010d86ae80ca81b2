using System.Text.Json;
using ConsulConnect.Discovery;

namespace ConsulConnect.Tests.Discovery;

public class NamesOfHosts
{
    private static readonly JsonElement[] Rows =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "hostnames.json"))).RootElement.GetProperty("vectors").EnumerateArray()];

    private readonly Dictionary<string, ConnectUpstreamOptions> _upstreams = new(StringComparer.OrdinalIgnoreCase);

    public static TheoryData<string> Ids => [.. Rows.Select(row => row.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Are_read_as_recorded(string id)
    {
        var row = Rows.Single(one => one.GetProperty("id").GetString() == id);
        var valid = row.GetProperty("valid").GetBoolean() && !row.TryGetProperty("recommend", out _);

        Assert.Equal(valid, HostName.TryParse(Text(row, "address"), _upstreams, out var target, out var fault));

        if (valid)
        {
            Assert.Equal(Text(row, "name"), target!.Name);
            Assert.Equal(Text(row, "type"), target.Kind.ToString().ToLowerInvariant());
            Assert.Equal(Text(row, "datacenter"), target.Datacenter ?? "");
        }
        else
        {
            Assert.Contains("<service>.service[.<datacenter>].consul or <query>.query[.<datacenter>].consul", fault, StringComparison.Ordinal);
            if (row.TryGetProperty("errorContains", out var words))
                Assert.Contains(words.GetString()!, fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_rows_are_there() => Assert.Equal(42, Rows.Length);

    [Theory]
    [Trait("Case", "CLI-023")]
    [InlineData("a/b.service.consul")]
    [InlineData("..service.consul")]
    [InlineData("%2f.service.consul")]
    [InlineData("*.service.consul")]
    [InlineData("*.query.consul")]
    [InlineData("a b.service.consul")]
    [InlineData("pay.service.d c.consul")]
    public void With_what_no_identity_holds_are_refused(string host) => Assert.False(HostName.TryParse(host, _upstreams, out _, out _));

    [Fact]
    public void Choose_the_upstream_by_their_first_label_in_any_letters()
    {
        _upstreams["payments"] = new() { Service = "Pay.V2", Datacenter = "dc2", Namespace = "team", Partition = "part" };

        var target = Parse("PAYMENTS.service.consul");

        Assert.Equal(("Pay.V2", "dc2", "team", "part"), (target.Name, target.Datacenter, target.Namespace, target.Partition));
        Assert.Equal(ConnectTargetKind.Service, target.Kind);
        Assert.Same(_upstreams["payments"], ConfiguredTarget.Options(target, _upstreams));
    }

    [Fact]
    public void May_name_the_configured_datacenter_but_no_other()
    {
        _upstreams["payments"] = new() { Datacenter = "DC2" };

        Assert.Equal("DC2", Parse("payments.service.dc2.consul").Datacenter);
        Assert.False(HostName.TryParse("payments.service.dc3.consul", _upstreams, out _, out var fault));
        Assert.Contains("\"dc3\"", fault, StringComparison.Ordinal);
        Assert.Contains("Consul:Connect:Upstreams:payments:Datacenter is \"DC2\"", fault, StringComparison.Ordinal);
        Assert.False(HostName.TryParse("payments.query.dc3.consul", _upstreams, out _, out _));
    }

    [Fact]
    public void Can_stand_for_a_fixed_address()
    {
        _upstreams["legacy"] = new() { Address = "10.0.0.7:9443", Identity = "spiffe://a.consul/ns/default/dc/dc1/svc/old" };

        var target = Parse("legacy.service.consul");

        Assert.Equal((ConnectTargetKind.Static, "10.0.0.7:9443", "spiffe://a.consul/ns/default/dc/dc1/svc/old"), (target.Kind, target.Name, target.Identity));
        Assert.False(HostName.TryParse("legacy.service.dc2.consul", _upstreams, out _, out var fault));
        Assert.Contains("\"dc1\"", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_query_are_not_renamed_by_the_upstream_of_a_service()
    {
        _upstreams["nearest"] = new() { Service = "payments", Datacenter = "dc2", Protocol = ConnectProtocol.Http2 };

        var target = Parse("nearest.query.consul");

        Assert.Equal((ConnectTargetKind.Query, "nearest", "dc2"), (target.Kind, target.Name, target.Datacenter));
        Assert.Equal(ConnectProtocol.Http2, ConfiguredTarget.Options(target, _upstreams).Protocol);
    }

    private ConnectTarget Parse(string host)
    {
        Assert.True(HostName.TryParse(host, _upstreams, out var target, out var fault), fault);
        return target;
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
