using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Registration;

public sealed class ACheckOnTheMeshEndpoint
{
    private static readonly string Machine = Environment.MachineName;

    public static TheoryData<string, string> Targets => new()
    {
        { "Http", "https://10.0.0.7:8443/health" },
        { "Http", "http://localhost:8443/health" },
        { "Http", "https://127.0.0.1:8443/health" },
        { "Http", "https://[::1]:8443/health" },
        { "Http", $"https://{Machine}:8443/" },
        { "Http", $"https://{Machine}.example.org:8443/" },
        { "Http", "https://orders.example.org/health" },
        { "Http", "http://orders.example.org:8443/health" },
        { "Grpc", "10.0.0.7:8443" },
        { "Grpc", "localhost:8443/orders.Health" },
        { "Grpc", "orders.example.org:443" },
        { "TLS", "127.0.0.1:8443" },
        { "H2Ping", "127.0.0.1:8443" },
        { "H2Ping", "[::ffff:10.0.0.7]:8443" },
    };

    private static RegisteredApp App(ConsulCheckOptions check) => new(definition =>
    {
        (definition.Address, definition.Port) = ("orders.example.org", 443);
        definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(30) });
        definition.Checks.Add(check);
    });

    private static ConsulCheckOptions Check(string kind, string target) => new()
    {
        Interval = TimeSpan.FromSeconds(10),
        Http = kind == "Http" ? target : null,
        Grpc = kind == "Grpc" ? target : null,
        H2Ping = kind == "H2Ping" ? target : null,
        Tcp = kind is "Tcp" or "TLS" ? target : null,
        TcpUseTls = kind == "TLS" ? true : null,
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Is_refused_at_start_because_the_agent_has_no_certificate(string kind, string target)
    {
        await using var app = App(Check(kind, target));

        var fault = Assert.Single(Assert.Throws<OptionsValidationException>(app.Start).Failures);
        Assert.Equal($"Consul:Service:Checks:1:{(kind == "TLS" ? "Tcp" : kind)} is \"{target}\", the mesh endpoint, where the agent is refused because it has no certificate of the mesh; write Ttl, Tcp without TLS, or the address of another endpoint of the app.", fault);
        Assert.True(app.Agent.SawNothingMore());
        Assert.False(await app.Registrar.LeaveAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Is_refused_by_any_address_of_the_machine_where_the_listener_is_bound_to_all()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address).FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;
        await using var app = App(Check("Grpc", $"{own}:8443"));
        app.Listener = new(IPAddress.Any, 8443);

        Assert.Contains($"is \"{own}:8443\", the mesh endpoint", Assert.Single(Assert.Throws<OptionsValidationException>(app.Start).Failures), StringComparison.Ordinal);
        await using var elsewhere = await App(Check("Grpc", "10.255.255.9:8443")).StartedAsync();
        Assert.Equal(2, elsewhere.Agent.Sent!.Checks.Count);
    }

    [Theory]
    [InlineData("Tcp", "10.0.0.7:8443")]
    [InlineData("Tcp", "localhost:8443")]
    [InlineData("Http", "http://127.0.0.1:8080/health")]
    [InlineData("Http", "http://10.0.0.9:8443/health")]
    [InlineData("Grpc", "127.0.0.1:9090/orders")]
    [InlineData("H2Ping", "other.example.org:443")]
    public async Task Is_welcome_when_it_is_plain_TCP_or_on_another_endpoint(string kind, string target)
    {
        await using var app = await App(Check(kind, target)).StartedAsync();

        Assert.Equal(2, app.Agent.Sent!.Checks.Count);
    }

    [Fact]
    public async Task Is_refused_without_a_listener_to_dial_when_it_is_at_the_registered_address()
    {
        await using var app = App(Check("Http", "https://orders.example.org/"));
        app.Listener = null;

        Assert.Throws<OptionsValidationException>(app.Start);
    }

    [Fact]
    public async Task And_a_socket_that_callers_cannot_dial_needs_address_and_port()
    {
        await using var app = new RegisteredApp();
        app.Listener = null;
        Assert.Equal("The mesh is served at a socket, which callers cannot dial; set Consul:Service:Address and Consul:Service:Port to where they can.", Assert.Throws<OptionsValidationException>(app.Start).Message);

        await using var said = new RegisteredApp(definition => (definition.Address, definition.Port) = ("10.0.0.8", 443));
        said.Listener = null;
        await said.StartedAsync();
        Assert.Equal(("10.0.0.8", 443), (said.Agent.Services[0].Address, said.Agent.Services[0].Port));
    }

    [Fact]
    public async Task Of_a_wildcard_is_recognised_by_the_machines_own_names()
    {
        await using var app = new RegisteredApp(definition => definition.Checks.Add(Check("Http", "https://localhost:8443/")));
        app.Listener = new(IPAddress.IPv6Any, 8443);

        Assert.Throws<OptionsValidationException>(app.Start);
    }
}
