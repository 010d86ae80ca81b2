using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

/// <summary>The caller may still call, but not for what one of its streams does.</summary>
public sealed class APermissionIsTaken
{
    private const string All = """{ "Action": "allow", "HTTP": { "PathPrefix": "/" } }""";
    private const string NoEvents = """{ "Action": "deny", "HTTP": { "PathExact": "/events" } }""";

    [Fact]
    public async Task That_stream_alone_ends_and_its_connection_serves_on()
    {
        await using var app = await RevokingApp.StartAsync();
        Permit(app, All);
        await using var h2 = new RawHttp2(await app.OpenAsync());
        await h2.StartAsync();
        var hold = await h2.RequestAsync("GET", "/hold");
        await app.Until("/hold begins");
        var events = await h2.RequestAsync("GET", "/events");
        await app.Until("/events begins");

        Permit(app, NoEvents, All);

        Assert.Equal((RawHttp2.ResetStream, events), await h2.NextAsync(RawHttp2.ResetStream, RawHttp2.GoAway));
        await app.Until("/events is aborted");
        await app.App.Logs.WaitForAsync("RequestsAborted");
        app.Release();
        Assert.Equal((RawHttp2.Headers, hold), await h2.NextAsync(RawHttp2.Headers, RawHttp2.GoAway));
        var after = await h2.RequestAsync("GET", "/whoami");
        Assert.Equal((RawHttp2.Headers, after), await h2.NextAsync(RawHttp2.Headers, RawHttp2.GoAway));
        Assert.Equal(0, app.Metrics.Sum("consul.connect.connections.closed"));
    }

    private static void Permit(RevokingApp app, params string[] permissions) =>
        app.Agent.SetIntentions(new ScriptedIntention("web", app.Name, Action: null) { Permissions = $"[{string.Join(',', permissions)}]" });
}
