using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.Agent;
using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

public class EntriesOfTheCatalog
{
    [Fact]
    [Trait("Case", "DSC-003")]
    public async Task Without_an_address_have_that_of_their_node()
    {
        var set = await OfAsync(new("api-1", 8443) { Address = "", NodeAddress = "10.9.9.9" }, new("api-2", 8443) { Address = null, NodeAddress = "fd00::7" });

        Assert.Equal(["10.9.9.9:8443", "[fd00::7]:8443"], set.Instances.Select(one => one.ToString()));
        Assert.Null(set.Problem);
    }

    [Theory]
    [Trait("Case", "DSC-006")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(70000)]
    public async Task With_a_port_that_is_none_are_passed_over_with_the_reason(int port)
    {
        var set = await OfAsync(new("good", 8443), new("bad", port));

        Assert.Equal("good", Assert.Single(set.Instances).Id);
        Assert.Contains("\"bad\": its port is", set.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"8443\"")]
    [InlineData("8443.5")]
    [InlineData("99999999999999999999")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task With_a_port_that_is_no_number_are_passed_over(string port)
    {
        var entry = new ScriptedInstance("bad", 4711).ToJson("api").ToJsonString().Replace("\"Port\":4711", $"\"Port\":{port}", StringComparison.Ordinal);

        Assert.Empty((await ReadAsync($"[{entry}]")).Instances);
    }

    [Fact]
    [Trait("Case", "DSC-007")]
    public async Task May_have_a_host_name_for_an_address()
    {
        var instance = Assert.Single((await OfAsync(new ScriptedInstance("api-1", 8443) { Address = "api.example" })).Instances);

        Assert.Equal(("api.example", "api", "dc1"), (instance.Host, instance.Service, instance.Datacenter));
    }

    [Theory]
    [InlineData("api.service.consul")]
    [InlineData("node-1.node.dc1.Consul")]
    [InlineData("api.service.consul.")]
    public async Task With_a_name_of_the_mesh_for_an_address_are_passed_over_because_it_would_be_one_for_dns(string address)
    {
        var set = await OfAsync(new("good", 8443), new("bad", 8444) { Address = address });

        Assert.Equal("good", Assert.Single(set.Instances).Id);
        Assert.Contains("\"bad\": its address is a name of the mesh, for which DNS is not asked; register it with an IP address", set.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Case", "DSC-008")]
    [InlineData("169.254.169.254")]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Are_dialed_where_they_say_whatever_it_is(string address) =>
        Assert.Equal(address, Assert.Single((await OfAsync(new ScriptedInstance("api-1", 8443) { Address = address })).Instances).Host);

    [Theory]
    [InlineData("http://10.0.0.1")]
    [InlineData("a b")]
    [InlineData("/run/api.sock")]
    public async Task With_an_address_nobody_can_dial_are_passed_over(string address) =>
        Assert.Contains("neither an IP address nor a host name", (await OfAsync(new ScriptedInstance("api-1", 8443) { Address = address })).Problem, StringComparison.Ordinal);

    [Fact]
    [Trait("Case", "DSC-009")]
    public async Task That_are_there_twice_count_once()
    {
        var set = await OfAsync(
            new("api-1", 8443), new("api-1", 8444), // The same id on the same node.
            new("api-2", 8443), // The same address.
            new("api-1", 8445) { Node = "node2" });

        Assert.Equal(["127.0.0.1:8443", "127.0.0.1:8445"], set.Instances.Select(one => one.ToString()));
        Assert.Null(set.Problem);
    }

    [Fact]
    public async Task That_are_critical_do_not_hide_a_healthy_one_at_their_address() =>
        Assert.Equal("api-2", Assert.Single((await OfAsync(new("api-1", 8443) { Checks = ["critical"] }, new("api-2", 8443))).Instances).Id);

    [Fact]
    [Trait("Case", "DSC-014")]
    public async Task Of_sidecars_must_prove_to_be_whom_they_stand_for()
    {
        var set = await OfAsync(
            new("proxy", 21000) { Kind = "connect-proxy", Native = false, Service = "api-sidecar-proxy", Destination = "api" },
            new("native", 8443),
            new("gateway", 8444) { Kind = "terminating-gateway", Native = false, Service = "my-gateway" });

        Assert.Equal(["api", "api", "api"], set.Instances.Select(one => one.Service));
    }

    [Theory]
    [InlineData("mesh-gateway", "it is of the kind mesh-gateway")]
    [InlineData("ingress-gateway", "it is of the kind ingress-gateway")]
    [InlineData("something-new", "it is of the kind something-new")]
    [InlineData("", "it is neither native nor behind a sidecar")]
    public async Task That_are_neither_native_nor_sidecars_nor_terminating_gateways_are_passed_over(string kind, string reason)
    {
        var set = await OfAsync(new ScriptedInstance("odd", 8443) { Kind = kind, Native = false });

        Assert.Empty(set.Instances);
        Assert.Contains($"\"odd\": {reason}", set.Problem, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "DSC-016")]
    public async Task Of_another_name_are_passed_over_and_letters_are_those_of_the_instance()
    {
        var set = await OfAsync(new("one", 8443) { Service = "API" }, new("two", 8444) { Service = "billing" }, new("three", 8445) { Kind = "connect-proxy", Destination = "Billing" });

        Assert.Equal("API", Assert.Single(set.Instances).Service);
        Assert.Contains("\"two\": it is an instance of \"billing\"", set.Problem, StringComparison.Ordinal);
        Assert.Contains("\"three\": it is an instance of \"Billing\"", set.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_peers_are_passed_over_with_the_reason() =>
        Assert.Contains("it is of the peer \"cluster-2\"", (await OfAsync(new ScriptedInstance("far", 8443) { Peer = "cluster-2" })).Problem, StringComparison.Ordinal);

    [Theory]
    [Trait("Case", "DSC-019")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Without_a_datacenter_are_expected_to_be_of_the_local_one(string? datacenter)
    {
        Assert.Equal("dc1", Assert.Single((await OfAsync(new ScriptedInstance("api-1", 8443) { Datacenter = datacenter })).Instances).Datacenter);
        Assert.Equal("dc7", Assert.Single((await OfAsync(new ScriptedInstance("api-1", 8443) { Datacenter = "dc7" })).Instances).Datacenter);
    }

    [Fact]
    public async Task Weigh_what_their_health_says()
    {
        var set = await OfAsync(
            new("a", 1) { Passing = 5, Warning = 2 },
            new("b", 2) { Passing = 5, Warning = 2, Checks = ["passing", "warning"] },
            new("c", 3) { Passing = 0 },
            new("d", 4) { Warning = 0, Checks = ["warning"] },
            new("e", 5) { Passing = -3 },
            new("f", 6) { Passing = null, Warning = null },
            new("g", 7) { Checks = [] });

        Assert.Equal([("a", 5), ("b", 2), ("e", 1), ("f", 1), ("g", 1)], set.Instances.Select(one => (one.Id, one.Weight)));
        Assert.Contains("2 with the weight 0", set.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("critical")]
    [InlineData("maintenance")]
    [InlineData("")]
    [InlineData("PASSING")]
    public async Task With_a_check_that_is_not_well_are_left_out(string status) =>
        Assert.Equal("the only instance of \"api\" is critical", (await OfAsync(new ScriptedInstance("api-1", 8443) { Checks = ["passing", status, "passing"] })).Problem);

    [Fact]
    public async Task In_the_state_warning_serve_unless_only_passing_ones_are_wanted()
    {
        ScriptedInstance[] fleet = [new("a", 1) { Checks = ["warning"] }, new("b", 2) { Checks = ["warning"] }];

        Assert.Equal(2, (await OfAsync(fleet)).Instances.Count);
        var strict = await ReadAsync(List(fleet), onlyPassing: true);
        Assert.Empty(strict.Instances);
        Assert.Equal("all 2 instances of \"api\" are in the state warning, and OnlyPassing leaves those out", strict.Problem);
    }

    [Fact]
    [Trait("Case", "DSC-022")]
    public async Task Give_no_word_of_their_checks_tags_and_metadata_away()
    {
        var set = await OfAsync(new ScriptedInstance("api-1", 0) { Output = "s3cret", Meta = new Dictionary<string, string> { ["k"] = "s3cret" }, Tags = ["s3cret"], Checks = ["critical", "s3cret"] });

        Assert.DoesNotContain("s3cret", set.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_their_order_whatever_that_of_the_answer_is()
    {
        ScriptedInstance[] fleet = [new("b", 2), new("a", 1), new("c", 3) { Node = "node0" }];

        Assert.Equal((await OfAsync(fleet)).Instances, (await OfAsync([.. fleet.Reverse()])).Instances);
    }

    [Fact]
    public async Task Are_new_when_they_were_registered_again_and_not_when_a_check_said_something()
    {
        var first = await VersionAsync(new("a", 1));

        Assert.Equal(first, await VersionAsync(new("a", 1) { Output = "fine, at 12:00" }));
        Assert.NotEqual(first, await VersionAsync(new("a", 1) { Index = 21 }));
        Assert.NotEqual(first, await VersionAsync(new("a", 1) { Meta = new Dictionary<string, string> { ["v"] = "2" } }));
        Assert.NotEqual(first, await VersionAsync(new("a", 2)));
        Assert.NotEqual(first, await VersionAsync(new("a", 1) { Address = "10.0.0.9" }));
        Assert.NotEqual(first, await VersionAsync(new("a", 1) { Warning = 3 }));

        async Task<string?> VersionAsync(ScriptedInstance one) => Assert.Single((await OfAsync(one)).Instances).Version;
    }

    [Fact]
    public async Task That_the_token_may_not_see_are_said_to_be_hidden()
    {
        Assert.Contains("needs service:read on \"api\" and node:read", (await ReadAsync("[]", isFiltered: true)).Problem, StringComparison.Ordinal);
        Assert.Contains("hides others", (await ReadAsync(List(new ScriptedInstance("a", 1)), isFiltered: true)).Problem, StringComparison.Ordinal);
        Assert.Contains("no instance of \"api\" is registered for the mesh", (await ReadAsync("[]")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_ten_kinds_of_trouble_are_counted_and_not_all_named()
    {
        var set = await OfAsync([new("good", 1), .. Enumerable.Range(0, 10).Select(i => new ScriptedInstance($"bad{i}", 0))]);

        Assert.Equal("of 11 instances of \"api\", 1 can be called: 10 passed over (\"bad0\": its port is 0; \"bad1\": its port is 0; \"bad2\": its port is 0; and 7 more)", set.Problem);
    }

    [Fact]
    public async Task With_null_for_every_part_are_passed_over_and_spoil_nothing() =>
        Assert.Single((await ReadAsync($$"""[{"Node":null,"Service":null,"Checks":null},{},{{new ScriptedInstance("a", 1).ToJson("api").ToJsonString()}}]""")).Instances);

    private static string List(params ScriptedInstance[] instances) => new JsonArray([.. instances.Select(one => one.ToJson("api"))]).ToJsonString();

    private static Task<UpstreamSet> OfAsync(params ScriptedInstance[] instances) => ReadAsync(List(instances));

    private static async Task<UpstreamSet> ReadAsync(string body, bool onlyPassing = false, bool isFiltered = false)
    {
        var reader = new HealthReader(isQuery: false);
        await HealthBody.ReadAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), reader, CancellationToken.None);
        var tally = new InstanceTally(Wording.OfService("api", ""), Wording.Rights("api"), isFiltered);
        var instances = InstanceList.Of(reader.ToList(isFiltered), new("api", "default", "default", "dc1"), onlyPassing, tally);
        return InstanceList.Renew(null, instances, tally.Problem());
    }
}
