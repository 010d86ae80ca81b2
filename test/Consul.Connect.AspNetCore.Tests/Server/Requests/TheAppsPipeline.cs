using System.Collections.Concurrent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Server;

public sealed class TheAppsPipeline : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<string> _reached = new();

    public void Dispose() => _identity.Dispose();

    [Theory]
    [Trait("Case", "L7P-061")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_denied_request_reaches_no_startup_filter_whatever_their_order(bool beforeUs)
    {
        void AddFilter(WebApplicationBuilder builder) => builder.Services.AddSingleton<IStartupFilter>(new Probe(_reached));
        await using var app = await StatedDecisions.StartAsync(_identity, DenyAdmin, configure: beforeUs ? null : AddFilter, before: beforeUs ? AddFilter : null);

        Assert.Equal(403, (await GetAsync(app, "/admin")).Status);
        Assert.Empty(_reached);
        Assert.Equal(200, (await GetAsync(app, "/whoami")).Status);
        Assert.Single(_reached);
    }

    [Fact]
    [Trait("Case", "L7P-061")]
    public async Task A_denied_request_reaches_neither_host_filtering_nor_forwarded_headers_nor_the_exception_page()
    {
        var forwarded = new ConcurrentQueue<bool>();
        await using var app = await StatedDecisions.StartAsync(_identity,
            view =>
            {
                forwarded.Enqueue(view.Headers["x-original-for"].Count > 0 || view.Headers["x-forwarded-for"].Count == 0);
                return view.Target == "/fault" ? throw new InvalidOperationException("page") : DenyAdmin(view);
            },
            app => app.Run(context => context.Response.WriteAsync("app")),
            before: builder => builder.Services
                .AddSingleton<IStartupFilter>(new Filter(app => app.UseDeveloperExceptionPage().UseHostFiltering().UseForwardedHeaders()))
                .Configure<HostFilteringOptions>(hosts => (hosts.AllowedHosts, hosts.AllowEmptyHosts) = (["*"], false))
                .Configure<ForwardedHeadersOptions>(headers => headers.ForwardedHeaders = ForwardedHeaders.All));

        // Without Host: host filtering would say 400.
        Assert.Equal(403, (await SendAsync(app, "GET /admin HTTP/1.0\r\nx-forwarded-for: 1.2.3.4\r\n\r\n")).Status);
        Assert.Equal(400, (await SendAsync(app, "GET /x HTTP/1.0\r\nx-forwarded-for: 1.2.3.4\r\n\r\n")).Status);
        var fault = await SendAsync(app, "GET /fault HTTP/1.0\r\nx-forwarded-for: 1.2.3.4\r\n\r\n");

        Assert.Equal((503, ""), (fault.Status, fault.Text));
        Assert.All(forwarded, Assert.False);
    }

    [Fact]
    [Trait("Case", "L7P-058")]
    public async Task A_base_path_takes_nothing_from_what_rules_see()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, view => view.Target.StartsWith("/base/admin", StringComparison.OrdinalIgnoreCase) ? StatedDecisions.Deny : StatedDecisions.Allow, app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.MapGet("/admin", Ran);
            app.MapGet("/open", () => "open");
        });

        Assert.Equal(403, (await GetAsync(app, "/BASE/admin")).Status);
        Assert.Empty(_reached);
        Assert.Equal("open", (await GetAsync(app, "/BASE/open")).Text);
    }

    [Fact]
    [Trait("Case", "L7H-044")]
    public async Task Rewriting_and_method_override_change_nothing_of_what_was_decided()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, view => view is { Target: "/admin" } or { Method: "DELETE" } ? StatedDecisions.Deny : StatedDecisions.Allow, app =>
        {
            app.UseHttpMethodOverride();
            app.Use((context, next) =>
            {
                // An app may send what is allowed to wherever it likes; what is denied it never sees.
                context.Request.Path = "/public";
                return next(context);
            });
            app.UseRouting();
            app.MapMethods("/public", ["GET", "POST", "DELETE"], (HttpContext context) => context.Request.Method);
            app.MapGet("/admin", Ran);
        });

        Assert.Equal(403, (await GetAsync(app, "/admin")).Status);
        Assert.Equal(403, (await SendAsync(app, "DELETE /x HTTP/1.1\r\nhost: orders\r\n\r\n")).Status);
        Assert.Equal("DELETE", (await SendAsync(app, "POST /x HTTP/1.1\r\nhost: orders\r\ncontent-length: 0\r\nx-http-method-override: DELETE\r\n\r\n")).Text);
        Assert.Empty(_reached);
    }

    [Fact]
    [Trait("Case", "L7P-060")]
    public async Task Pages_that_are_executed_again_are_decided_once()
    {
        var decided = 0;
        await using var app = await StatedDecisions.StartAsync(_identity, view =>
        {
            Interlocked.Increment(ref decided);
            return view.Target == "/error" ? StatedDecisions.Deny : DenyAdmin(view);
        }, app =>
        {
            app.UseStatusCodePagesWithReExecute("/error");
            app.UseRouting();
            app.MapGet("/error", () => "the page");
        });

        Assert.Equal((403, ""), ((await GetAsync(app, "/admin")).Status, (await GetAsync(app, "/admin")).Text));
        Assert.Equal(2, decided);
        var missing = await GetAsync(app, "/missing");
        Assert.Equal((404, "the page", 3), (missing.Status, missing.Text, decided));
    }

    [Fact]
    [Trait("Case", "L7P-062")]
    public async Task Another_endpoint_of_the_app_is_served_as_without_us()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => StatedDecisions.Deny, app => app.Run(context =>
            context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path} {context.User.Identity?.IsAuthenticated} {context.User.Claims.Count()}")));
        using var client = new HttpClient();

        Assert.Equal("GET /admin False 0", await client.GetStringAsync($"http://{app.Local}/admin"));
        Assert.Equal(403, (await GetAsync(app, "/admin")).Status);
    }

    private static IntentionDecision DenyAdmin(RequestView view) => view.Target == "/admin" ? StatedDecisions.Deny : StatedDecisions.Allow;

    private string Ran()
    {
        _reached.Enqueue("handler");
        return "handler";
    }

    private Task<WireAnswer> GetAsync(MeshApp app, string target) => SendAsync(app, $"GET {target} HTTP/1.1\r\nhost: orders\r\n\r\n");

    private Task<WireAnswer> SendAsync(MeshApp app, string request) => Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, request);

    private sealed class Probe(ConcurrentQueue<string> reached) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, inner) =>
            {
                reached.Enqueue(context.Request.Path.Value ?? "");
                return inner(context);
            });
            next(app);
        };
    }

    private sealed class Filter(Action<IApplicationBuilder> use) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            use(app);
            next(app);
        };
    }
}
