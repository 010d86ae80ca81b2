using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Attributes;

public sealed class TheAppAuthorizesItsOwnWay
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_answers_are_its_own_and_ours_are_ours(bool beforeUs)
    {
        void Add(IServiceCollection services) => services.AddSingleton<IAuthorizationMiddlewareResultHandler, Teapot>();
        await using var app = await AttributeApp.StartAsync(
            app =>
            {
                app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in");
                app.MapGet("/both", [Authorize][ConnectAuthorize("web")] () => "in");
                app.MapGet("/user", [Authorize] () => "in");
            },
            Schemes.Bearer, beforeUs ? Add : null, beforeUs ? null : Add);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/mesh"));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/both", caller: null, user: true));
        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/both", "intruder", user: true));
        Assert.Equal((HttpStatusCode)StatusCodes.Status418ImATeapot, await app.StatusAsync("/both", "web"));
        Assert.Equal((HttpStatusCode)StatusCodes.Status418ImATeapot, await app.StatusAsync("/user", "web"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/both", "web", user: true));
    }

    [Fact]
    public async Task Its_page_for_a_status_runs_after_our_refusal()
    {
        await using var app = await AttributeApp.StartAsync(
            app =>
            {
                app.UseStatusCodePagesWithReExecute("/why");
                app.UseRouting();
                app.UseAuthorization();
                app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in");
                app.MapGet("/why", [Authorize] (IOptions<AuthorizationOptions> options) => "because");
            },
            Schemes.Bearer);

        using var response = await app.GetAsync("/mesh", "intruder", user: true);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("because", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Its_fallback_policy_keeps_judging_the_other_endpoints()
    {
        await using var app = await AttributeApp.StartAsync(
            app =>
            {
                app.MapGet("/plain", () => "in");
                app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in");
            },
            Schemes.Bearer,
            after: services => services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/plain", "web"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/plain", user: true));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/mesh", "web"));
    }

    [Fact]
    public async Task Its_default_policy_is_what_Authorize_means()
    {
        await using var app = await AttributeApp.StartAsync(
            app =>
            {
                app.MapGet("/both", [Authorize][ConnectAuthorize("web")] () => "in");
                app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in");
            },
            Schemes.Bearer,
            after: services => services.AddAuthorizationBuilder().SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireUserName("bob").Build()));

        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/both", "web", user: true));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/mesh", "web", user: true));
    }

    [Fact]
    public async Task Our_policy_as_its_fallback_closes_every_endpoint_to_strangers()
    {
        await using var app = await AttributeApp.StartAsync(
            app => app.MapGet("/plain", () => "in"),
            after: services => services.AddOptions<AuthorizationOptions>().PostConfigure(options => options.FallbackPolicy = options.GetPolicy("ConsulConnect")));

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/plain"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/plain", "web"));
    }

    [Fact]
    public async Task A_handler_that_lets_everything_pass_does_not_let_strangers_in()
    {
        await using var app = await AttributeApp.StartAsync(
            app => app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in"),
            after: services => services.AddSingleton<IAuthorizationHandler, PassEverything>());

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/mesh"));
        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/mesh", "intruder"));
    }

    [Fact]
    public async Task A_provider_that_has_a_policy_for_every_name_does_not_let_strangers_in()
    {
        await using var app = await AttributeApp.StartAsync(
            app => app.MapGet("/mesh", [ConnectAuthorize("web")] () => "in"),
            after: services => services.AddSingleton<IAuthorizationPolicyProvider, AnyPolicy>());

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/mesh"));
        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/mesh", "intruder"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/mesh", "web"));
    }

    [Fact]
    public async Task A_refusal_is_explained_in_the_log_alone()
    {
        await using var app = await AttributeApp.StartAsync(app => app.MapGet("/mesh", [ConnectAuthorize("web", "team/billing")] () => "in"));

        Assert.Equal("", await (await app.GetAsync("/mesh", "intruder")).Content.ReadAsStringAsync());

        var line = await app.Logs.WaitForAsync("RefusedByAttribute");
        Assert.Contains("/svc/intruder is not among web, team/billing", line.Message, StringComparison.Ordinal);
    }

    private sealed class Teapot : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (authorizeResult.Succeeded)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        }
    }

    private sealed class AnyPolicy : IAuthorizationPolicyProvider
    {
        private static readonly AuthorizationPolicy Open = new AuthorizationPolicyBuilder().RequireAssertion(_ => true).Build();

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult<AuthorizationPolicy?>(Open);

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(Open);

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);
    }
}
