using System.Net;
using System.Security.Claims;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Attributes;

/// <summary>How an app knows its users.</summary>
public enum Schemes
{
    None,
    Cookie,
    Bearer,
}

/// <summary>An app under a test server, whose callers and users the test plays.</summary>
internal sealed class AttributeApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ExpectedLogs _logs;
    private readonly Schemes _schemes;
    private readonly UnderWay _underWay;

    private AttributeApp(WebApplication app, ExpectedLogs logs, Schemes schemes, UnderWay underWay) => (_app, _logs, _schemes, _underWay) = (app, logs, schemes, underWay);

    public ExpectedLogs Logs => _logs;

    public TestServer Server => _app.GetTestServer();

    /// <param name="map">The endpoints; WebApplication puts authorization before them by itself.</param>
    /// <param name="before">Runs before our line.</param>
    /// <param name="after">Runs after it.</param>
    public static async Task<AttributeApp> StartAsync(Action<WebApplication> map, Schemes schemes = Schemes.None, Action<IServiceCollection>? before = null, Action<IServiceCollection>? after = null)
    {
        var logs = new ExpectedLogs();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("Consul:Service:Name", "orders")]);
        builder.Logging.AddExpectedLogs(logs);
        builder.Services.AddRoutingCore();
        before?.Invoke(builder.Services);
        builder.WebHost.UseConsulConnect().UseTestServer();
        var underWay = new UnderWay();
        builder.Services.AddSingleton<IStartupFilter>(underWay);
        builder.Services.AddTransient<IStartupFilter, PlayedCallers>();
        if (schemes is Schemes.Cookie)
            builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        if (schemes is Schemes.Bearer)
            builder.Services.AddAuthentication("Bearer").AddScheme<AuthenticationSchemeOptions, BearerLike>("Bearer", null);
        after?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        app.MapGet("/login", () => Results.SignIn(new(new ClaimsIdentity([new(ClaimTypes.Name, "alice")], "Login")))).AllowAnonymous();
        await app.StartAsync();
        return new(app, logs, schemes, underWay);
    }

    /// <param name="caller">The service that calls; null: not over the mesh.</param>
    /// <param name="user">Whether alice is signed in.</param>
    public async Task<HttpResponseMessage> GetAsync(string path, string? caller = null, bool user = false)
    {
        using var client = Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (caller is not null)
            request.Headers.Add(PlayedCallers.Header, caller);
        if (user && _schemes is Schemes.Bearer)
            request.Headers.Authorization = new("Bearer", "alice");
        if (user && _schemes is Schemes.Cookie)
            request.Headers.Add("Cookie", (await client.GetAsync("/login")).Headers.GetValues("Set-Cookie"));
        return await client.SendAsync(request);
    }

    public async Task<HttpStatusCode> StatusAsync(string path, string? caller = null, bool user = false)
    {
        using var response = await GetAsync(path, caller, user);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        // A hub says goodbye after its client has gone, and needs the services for that.
        await _underWay.EndedAsync();
        await _app.DisposeAsync();
        _logs.Dispose();
    }
}
