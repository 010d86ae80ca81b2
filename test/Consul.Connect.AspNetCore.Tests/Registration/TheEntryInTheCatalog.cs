using System.Net;
using ConsulConnect.Agent;
using ConsulConnect.Registration;

namespace ConsulConnect.Tests.Registration;

public class TheEntryInTheCatalog
{
    private static ConsulServiceOptions Definition(Action<ConsulServiceOptions>? configure = null)
    {
        var definition = new ConsulServiceOptions { Name = "orders" };
        configure?.Invoke(definition);
        return definition;
    }

    [Theory]
    [Trait("Case", "REG-008")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("fe80::1%3", "fe80::1")]
    [InlineData("0.0.0.0", null)]
    [InlineData("::", null)]
    [InlineData("::ffff:0.0.0.0", null)]
    public void Names_the_bound_address_unless_it_is_a_wildcard(string bound, string? registered) =>
        Assert.Equal(registered, CatalogEntry.From(Definition(), "orders", new(IPAddress.Parse(bound), 8443)).Address);

    [Fact]
    [Trait("Case", "REG-007")]
    public void Names_the_port_that_was_really_bound() => Assert.Equal(41234, CatalogEntry.From(Definition(), "orders", new(IPAddress.Any, 41234)).Port);

    [Fact]
    public void Says_what_the_definition_says()
    {
        var entry = CatalogEntry.From(
            Definition(s =>
            {
                (s.Id, s.Address, s.Port, s.EnableTagOverride) = ("orders-1", "orders.internal", 443, true);
                s.Tags.Add("v2");
                s.Meta["Team_Name"] = "sales";
                s.Weights = new() { Passing = 10, Warning = 2 };
                s.TaggedAddresses["wan"] = new() { Address = "203.0.113.7", Port = 8443 };
                s.TaggedAddresses["lan"] = new() { Address = "10.0.0.7" };
                s.Checks.Add(new() { Tcp = "10.0.0.7:8443", Interval = TimeSpan.FromSeconds(5) });
            }),
            "orders",
            new(IPAddress.Loopback, 8443));

        Assert.Equal(("orders-1", "orders", "orders.internal", 443, true), (entry.Id, entry.Name, entry.Address, entry.Port, entry.EnableTagOverride));
        Assert.Equal(["v2"], entry.Tags);
        Assert.Equal([new("Team_Name", "sales")], entry.Meta);
        Assert.Equal(new(10, 2), entry.Weights);
        Assert.Equal(new ServiceAddress("203.0.113.7", 8443), entry.TaggedAddresses["wan"]);
        Assert.Equal(new ServiceAddress("10.0.0.7", 443), entry.TaggedAddresses["lan"]);
        Assert.Equal("10.0.0.7:8443", Assert.Single(entry.Checks).Definition.Tcp);
    }

    [Fact]
    public void Leaves_out_what_the_definition_leaves_out()
    {
        var entry = CatalogEntry.From(Definition(), "orders", new(IPAddress.Loopback, 8443));

        Assert.Null(entry.Weights);
        Assert.Empty(entry.TaggedAddresses);
        Assert.Empty(entry.Tags);
        Assert.Empty(entry.Meta);
    }

    [Fact]
    public void Has_one_check_with_a_TTL_of_30_s_where_none_is_defined()
    {
        var check = Assert.Single(CatalogEntry.From(Definition(s => s.Id = "orders-1"), "orders", new(IPAddress.Loopback, 8443)).Checks);

        Assert.Equal("service:orders-1", check.Id);
        Assert.Equal(TimeSpan.FromSeconds(30), check.Definition.Ttl);
        Assert.Equal(TimeSpan.FromMinutes(10), check.Definition.DeregisterCriticalServiceAfter);
    }

    [Fact]
    public void Calls_each_check_as_the_agent_would_unless_it_has_an_id()
    {
        static void Check(ConsulServiceOptions definition, params ConsulCheckOptions[] checks)
        {
            definition.Id = "orders-1";
            foreach (var check in checks)
                definition.Checks.Add(check);
        }

        static ConsulCheckOptions Ttl(string? id = null) => new() { Id = id, Ttl = TimeSpan.FromSeconds(10) };
        var one = CatalogEntry.From(Definition(s => Check(s, Ttl())), "orders", new(IPAddress.Loopback, 1));
        var three = CatalogEntry.From(Definition(s => Check(s, Ttl(), Ttl("mine"), Ttl())), "orders", new(IPAddress.Loopback, 1));

        Assert.Equal(["service:orders-1"], one.Checks.Select(check => check.Id));
        Assert.Equal(["service:orders-1:1", "mine", "service:orders-1:3"], three.Checks.Select(check => check.Id));
    }

    [Theory]
    [InlineData("service:orders-1", true)]
    [InlineData("service:orders-1:1", true)]
    [InlineData("service:orders-1:12", true)]
    [InlineData("service:orders-1:0", false)]
    [InlineData("service:orders-1:x", false)]
    [InlineData("service:orders-1:1x", false)]
    [InlineData("service:orders-11", false)]
    [InlineData("service:orders", false)]
    [InlineData("orders-1", false)]
    public void Knows_a_checks_id_as_its_own(string id, bool own) => Assert.Equal(own, CheckIds.IsDefault(id, "orders-1"));

    [Fact]
    public void Has_a_stable_readable_id_with_the_name_the_machine_and_the_port()
    {
        var machine = Environment.MachineName;
        Assert.Matches("^[A-Za-z0-9._-]+$", machine);

        Assert.Equal($"orders-{machine}-41234", CatalogEntry.From(Definition(), "orders", new(IPAddress.Any, 41234)).Id);
        Assert.Equal($"orders-{machine}-443", CatalogEntry.From(Definition(s => s.Port = 443), "orders", new(IPAddress.Any, 41234)).Id);
    }

    [Fact]
    public void Is_wanted_when_there_is_a_definition_and_nobody_else_registers()
    {
        Assert.True(CatalogEntry.IsWanted(new() { Service = Definition() }));
        Assert.False(CatalogEntry.IsWanted(new()));
        var elsewhere = new ConsulConnectOptions { Service = Definition() };
        elsewhere.Registration.Enabled = false;
        Assert.False(CatalogEntry.IsWanted(elsewhere));
    }
}
