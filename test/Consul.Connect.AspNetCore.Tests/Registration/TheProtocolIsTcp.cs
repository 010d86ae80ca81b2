using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

public sealed class TheProtocolIsTcp
{
    private static Intention Intention(params Permission[] permissions) => new("consul", "", "default", "web", "", "default", "orders", permissions.Length == 0 ? "allow" : "", permissions, false, 9, null);

    private static Intention WithPermissions => Intention(new Permission("allow", null, false, null));

    [Fact]
    [Trait("Case", "REG-015")]
    public async Task While_intentions_have_permissions_is_one_warning()
    {
        await using var app = new RegisteredApp();
        (app.Agent.Protocol, app.Agent.Intentions) = ("tcp", [WithPermissions]);
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(1, app.Log.Count(514));
        await app.Log.HasAsync("514 Warning: The service-defaults of \"orders\" say protocol tcp, while its intentions have permissions, which are for HTTP. This app enforces them all the same; sidecars of the service would not. Write protocol http, http2 or grpc there.");
        Assert.True(app.Registrar.IsRegistered);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("tcp")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Or_not_without_such_a_contradiction_is_nothing_to_say(string? protocol)
    {
        await using var app = new RegisteredApp();
        (app.Agent.Protocol, app.Agent.Intentions) = (protocol, [protocol == "tcp" ? Intention() : WithPermissions]);
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromHours(1));

        Assert.Single(app.Log.Lines);
        Assert.Null(app.Registrar.LastError);
    }

    [Fact]
    public async Task Found_later_is_said_then()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        (app.Agent.Protocol, app.Agent.Intentions) = ("tcp", [WithPermissions]);
        await app.PassAsync(TimeSpan.FromMinutes(12));

        Assert.Equal(1, app.Log.Count(514));
    }
}
