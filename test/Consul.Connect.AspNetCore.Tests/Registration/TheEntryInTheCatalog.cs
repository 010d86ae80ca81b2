using System.Net;
using ConsulConnect.Registration;

namespace ConsulConnect.Tests.Registration;

public class TheEntryInTheCatalog
{
    private static ConsulConnectOptions Options(Action<ConsulServiceOptions>? configure = null)
    {
        var options = new ConsulConnectOptions { Service = new() { Name = "orders" } };
        configure?.Invoke(options.Service);
        return options;
    }

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("fe80::1%3", "fe80::1")]
    [InlineData("0.0.0.0", null)]
    [InlineData("::", null)]
    [InlineData("::ffff:0.0.0.0", null)]
    public void Names_the_bound_address_unless_it_is_a_wildcard(string bound, string? registered) =>
        Assert.Equal(registered, CatalogEntry.From(Options(), new(IPAddress.Parse(bound), 8443)).Address);

    [Fact]
    public void Names_the_port_that_was_really_bound() => Assert.Equal(41234, CatalogEntry.From(Options(), new(IPAddress.Any, 41234)).Port);

    [Fact]
    public void Says_what_the_options_say()
    {
        var entry = CatalogEntry.From(
            Options(s =>
            {
                (s.Id, s.Address, s.Port) = ("orders-1", "orders.internal", 443);
                s.Tags.Add("v2");
                s.Meta["Team_Name"] = "sales";
            }),
            new(IPAddress.Loopback, 8443));

        Assert.Equal(("orders-1", "orders", "orders.internal", 443), (entry.Id, entry.Name, entry.Address, entry.Port));
        Assert.Equal(["v2"], entry.Tags);
        Assert.Equal([new("Team_Name", "sales")], entry.Meta);
    }

    [Fact]
    public void Has_a_stable_readable_id_with_the_name_the_machine_and_the_port()
    {
        var machine = Environment.MachineName;
        Assert.Matches("^[A-Za-z0-9._-]+$", machine);

        Assert.Equal($"orders-{machine}-41234", CatalogEntry.From(Options(), new(IPAddress.Any, 41234)).Id);
        Assert.Equal($"orders-{machine}-443", CatalogEntry.From(Options(s => s.Port = 443), new(IPAddress.Any, 41234)).Id);
    }

    [Fact]
    public void Goes_by_the_name_in_the_mesh_when_it_has_none_of_its_own()
    {
        var options = Options(s => s.Name = null);
        options.Connect.Service = "web";

        Assert.Equal("web", CatalogEntry.From(options, new(IPAddress.Loopback, 1)).Name);
    }

    [Fact]
    public void Is_wanted_when_there_is_a_definition_and_nobody_else_registers()
    {
        Assert.True(CatalogEntry.IsWanted(Options()));
        Assert.False(CatalogEntry.IsWanted(new()));
        var elsewhere = Options();
        elsewhere.Registration.Enabled = false;
        Assert.False(CatalogEntry.IsWanted(elsewhere));
    }
}
