using System.Net;
using System.Security.Claims;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Server;

public sealed class TheCallerIsVisible : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task As_a_parameter_of_a_minimal_API()
    {
        await using var app = await StartAsync(_ => { }, app => app.MapGet("/", (ConnectPeer? caller) => caller?.Service ?? "nobody"));

        Assert.Equal("web", await MeshAsync(app));
        Assert.Equal("nobody", await LocalAsync(app));
    }

    [Fact]
    public async Task A_parameter_that_must_be_there_is_refused_on_other_endpoints()
    {
        await using var app = await StartAsync(_ => { }, app => app.MapGet("/", (ConnectPeer caller) => caller.Service));

        Assert.Equal("web", await MeshAsync(app));
        using var plain = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await plain.GetAsync($"http://{app.Local}/")).StatusCode);
    }

    [Fact]
    [Trait("Case", "IDN-052")]
    public async Task As_claims_beside_whoever_the_apps_own_scheme_signs_in()
    {
        await using var app = await StartAsync(
            builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Alice>("Alice", null),
            app => app.UseAuthentication().Run(context => context.Response.WriteAsync(
                $"{context.User.Identity?.Name} {context.User.Identity?.IsAuthenticated} {context.User.FindFirstValue(ConnectClaimTypes.Service)} {context.User.FindFirstValue(ConnectClaimTypes.SpiffeId)}")));

        Assert.Equal($"alice True web spiffe://{TestCa.DefaultTrustDomain}/ns/default/dc/dc1/svc/web", await MeshAsync(app));
        Assert.Equal("alice True  ", await LocalAsync(app));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_apps_only_scheme_stays_its_default(bool beforeUs)
    {
        // An app may add its scheme before or after our line.
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings,
            builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Alice>("Alice", null),
            app => app.UseAuthentication().Run(async context =>
            {
                var schemes = context.RequestServices.GetRequiredService<IAuthenticationSchemeProvider>();
                await context.Response.WriteAsync((await schemes.GetDefaultAuthenticateSchemeAsync())?.Name ?? "none");
            }),
            before: beforeUs ? builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Bob>("Bob", null) : null);
        await app.ReadyAsync();
        app.Logs.Expect("No XML encryptor configured");

        Assert.Equal(beforeUs ? "none" : "Alice", await MeshAsync(app));
    }

    [Fact]
    public async Task An_app_without_schemes_gets_no_default_from_us()
    {
        await using var app = await StartAsync(_ => { }, app => app.Run(async context =>
        {
            var schemes = context.RequestServices.GetRequiredService<IAuthenticationSchemeProvider>();
            await context.Response.WriteAsync((await schemes.GetDefaultAuthenticateSchemeAsync())?.Name ?? "none");
        }));

        Assert.Equal("none", await MeshAsync(app));
    }

    [Fact]
    public async Task A_service_is_not_a_signed_in_user()
    {
        await using var app = await StartAsync(
            builder =>
            {
                builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Nobody>("Nobody", null);
                builder.Services.AddAuthorization();
            },
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/", () => "in").RequireAuthorization();
                app.MapGet("/mesh", () => "in").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = ConnectAuthenticationDefaults.AuthenticationScheme });
            });
        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);
        Assert.Equal("in", await client.GetStringAsync("/mesh"));
        using var plain = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await plain.GetAsync($"http://{app.Local}/mesh")).StatusCode);
    }

    [Fact]
    public async Task Through_our_scheme_by_name()
    {
        await using var app = await StartAsync(_ => { }, app => app.Run(async context =>
        {
            var result = await context.AuthenticateAsync(ConnectAuthenticationDefaults.AuthenticationScheme);
            await context.Response.WriteAsync($"{result.Succeeded} {result.Principal?.Identity?.Name}");
        }));

        Assert.Equal("True web", await MeshAsync(app));
        Assert.Equal("False ", await LocalAsync(app));
    }

    [Fact]
    public async Task The_principal_an_app_shares_between_requests_is_not_touched()
    {
        var shared = new ClaimsPrincipal(new ClaimsIdentity("Shared"));
        await using var app = await StartAsync(_ => { }, app => app.Run(context =>
        {
            context.User = shared;
            return context.Response.WriteAsync($"{context.User.Identities.Count()}");
        }));

        Assert.Equal("2", await MeshAsync(app));
        Assert.Single(shared.Identities);
    }

    [Fact]
    public async Task Never_in_a_sign_in_that_outlives_the_connection()
    {
        ClaimsPrincipal? signedIn = null;
        await using var app = await StartAsync(
            builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Alice>("Alice", null).AddScheme<AuthenticationSchemeOptions, Keeper>("Keeper", null),
            app => app.Run(async context =>
            {
                var result = await context.AuthenticateAsync("Alice");
                Keeper.Kept = principal => signedIn = principal;
                await context.SignInAsync("Keeper", result.Principal!);
                await context.Response.WriteAsync($"{result.Principal!.Identities.Count()}");
            }));

        Assert.Equal("2", await MeshAsync(app));
        Assert.Equal("Alice", Assert.Single(signedIn!.Identities).AuthenticationType);
    }

    [Fact]
    public async Task An_identity_of_our_scheme_that_a_cookie_brings_back_is_nobody()
    {
        await using var app = await StartAsync(
            builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Replayed>("Replayed", null),
            app => app.UseAuthentication().Run(context => context.Response.WriteAsync(string.Join(' ', context.User.FindAll(ConnectClaimTypes.Service).Select(claim => claim.Value)))));

        Assert.Equal("web", await MeshAsync(app));
        Assert.Equal("", await LocalAsync(app));
    }

    private async Task<MeshApp> StartAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var app = await (await MeshApp.StartAsync("orders", _identity.Settings, configure, map)).ReadyAsync();
        // AddAuthentication brings data protection, which says so where no key encryption is set up.
        app.Logs.Expect("No XML encryptor configured").Expect("Using an in-memory repository").Expect("Storing keys in a directory");
        return app;
    }

    private async Task<string> MeshAsync(MeshApp app)
    {
        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        return await client.GetStringAsync("/");
    }

    private static async Task<string> LocalAsync(MeshApp app)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://{app.Local}/");
    }

    private class Alice(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(AuthenticateResult.Success(new(new(new ClaimsIdentity([new(ClaimTypes.Name, "alice")], "Alice")), "Alice")));
    }

    private sealed class Bob(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder) : Alice(options, loggers, encoder);

    private sealed class Replayed(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Success(new(
            new(new ClaimsIdentity([new(ConnectClaimTypes.Service, "billing")], ConnectAuthenticationDefaults.AuthenticationScheme)), "Replayed")));
    }

    private sealed class Keeper(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder) : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        public static Action<ClaimsPrincipal>? Kept { get; set; }

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());

        protected override Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
        {
            Kept?.Invoke(user);
            return Task.CompletedTask;
        }

        protected override Task HandleSignOutAsync(AuthenticationProperties? properties) => Task.CompletedTask;
    }

    private sealed class Nobody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }
}
