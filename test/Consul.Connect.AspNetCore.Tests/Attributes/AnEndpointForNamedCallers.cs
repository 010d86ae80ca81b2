using System.Net;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.Tests.Attributes;

public sealed class AnEndpointForNamedCallers
{
    public static TheoryData<Schemes, bool> Apps => new()
    {
        { Schemes.None, false },
        { Schemes.Cookie, false },
        { Schemes.Cookie, true },
        { Schemes.Bearer, false },
        { Schemes.Bearer, true },
    };

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Runs_for_a_caller_that_is_named(Schemes schemes, bool user)
    {
        await using var app = await StartAsync(schemes);

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/named", "web", user));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/named", "billing", user));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/any", "intruder", user));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Is_403_for_a_caller_that_is_not_named(Schemes schemes, bool user)
    {
        await using var app = await StartAsync(schemes);

        foreach (var path in (string[])["/named", "/convention", "/group/one"])
            await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync(path, "intruder", user));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Is_401_of_ours_without_a_caller_never_a_redirect(Schemes schemes, bool user)
    {
        await using var app = await StartAsync(schemes);

        foreach (var path in (string[])["/any", "/named", "/convention", "/group/one"])
            await RefusedAsync(HttpStatusCode.Unauthorized, await app.GetAsync(path, caller: null, user));
    }

    [Theory]
    [InlineData(Schemes.Cookie)]
    [InlineData(Schemes.Bearer)]
    public async Task With_Authorize_beside_it_judges_caller_and_user_each_by_itself(Schemes schemes)
    {
        await using var app = await StartAsync(schemes);

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/both", "web", user: true));
        await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync("/both", "intruder", user: true));
        await RefusedAsync(HttpStatusCode.Unauthorized, await app.GetAsync("/both", caller: null, user: true));

        // The user alone fails: the app's scheme answers in its own way.
        using var unsigned = await app.GetAsync("/both", "web");
        Assert.Contains(unsigned.StatusCode, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Redirect]);
        Assert.True(unsigned.Headers.Location is not null || unsigned.Headers.WwwAuthenticate.Count > 0);
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task With_both_failing_answers_about_the_caller(Schemes schemes, bool _)
    {
        await using var app = await StartAsync(schemes);

        await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync("/both", "intruder"));
        await RefusedAsync(HttpStatusCode.Unauthorized, await app.GetAsync("/both"));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Demands_all_of_several_attributes(Schemes schemes, bool user)
    {
        await using var app = await StartAsync(schemes);

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/stacked", "billing", user));
        await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync("/stacked", "web", user));
        await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync("/stacked", "orders", user));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/both", "web", user));
        await RefusedAsync(HttpStatusCode.Forbidden, await app.GetAsync("/group/both", "billing", user));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Is_open_with_AllowAnonymous(Schemes schemes, bool user)
    {
        await using var app = await StartAsync(schemes);

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/lifted", caller: null, user));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/lifted", "intruder", user));
    }

    [Fact]
    public async Task Never_takes_the_caller_from_the_user()
    {
        // Whoever brings an identity that looks like ours is nobody all the same.
        await using var app = await AttributeApp.StartAsync(app =>
        {
            app.Use((context, next) =>
            {
                context.User = new(new CallerIdentity(ConnectPeer.Create("web"), isUser: true));
                return next(context);
            });
            app.UseAuthorization();
            app.MapGet("/named", () => "in").RequireConnectAuthorization("web");
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/named"));
    }

    private static Task<AttributeApp> StartAsync(Schemes schemes) => AttributeApp.StartAsync(
        app =>
        {
            app.MapGet("/any", [ConnectAuthorize] () => "in");
            app.MapGet("/named", [ConnectAuthorize("billing", "web")] () => "in");
            app.MapGet("/convention", () => "in").RequireConnectAuthorization("web");
            app.MapGet("/both", [Authorize][ConnectAuthorize("web")] () => "in");
            app.MapGet("/stacked", [ConnectAuthorize("web", "billing")][ConnectAuthorize("billing", "orders")] () => "in");
            app.MapGet("/lifted", [AllowAnonymous][ConnectAuthorize("web")] () => "in");
            var group = app.MapGroup("/group").RequireConnectAuthorization("web", "billing");
            group.MapGet("/one", () => "in");
            group.MapGet("/both", [ConnectAuthorize("web")] () => "in");
            group.MapGet("/lifted", () => "in").AllowAnonymous();
        },
        schemes);

    private static async Task RefusedAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(status, response.StatusCode);
            Assert.Null(response.Headers.Location);
            Assert.Empty(response.Headers.WwwAuthenticate);
            Assert.Equal("", await response.Content.ReadAsStringAsync());
        }
    }
}
