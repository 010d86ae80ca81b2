using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Attributes;

public sealed class ControllersAndPages
{
    [Theory]
    [InlineData("/controller/any", "web", HttpStatusCode.OK)]
    [InlineData("/controller/any", "billing", HttpStatusCode.OK)]
    [InlineData("/controller/any", "intruder", HttpStatusCode.Forbidden)]
    [InlineData("/controller/any", null, HttpStatusCode.Unauthorized)]
    [InlineData("/controller/named", "web", HttpStatusCode.OK)]
    [InlineData("/controller/named", "billing", HttpStatusCode.Forbidden)]
    [InlineData("/controller/named", null, HttpStatusCode.Unauthorized)]
    [InlineData("/controller/both", "intruder", HttpStatusCode.Forbidden)]
    [InlineData("/controller/both", null, HttpStatusCode.Unauthorized)]
    [InlineData("/controller/lifted", null, HttpStatusCode.OK)]
    [InlineData("/Guarded", "web", HttpStatusCode.OK)]
    [InlineData("/Guarded", "billing", HttpStatusCode.Forbidden)]
    [InlineData("/Guarded", null, HttpStatusCode.Unauthorized)]
    public async Task Follow_the_attribute(string path, string? caller, HttpStatusCode status)
    {
        await using var app = await StartAsync();

        foreach (var user in (bool[])[false, true])
            Assert.Equal(status, await app.StatusAsync(path, caller, user));
    }

    [Fact]
    public async Task Judge_the_user_beside_the_caller()
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.Redirect, await app.StatusAsync("/controller/both", "web"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/controller/both", "web", user: true));
    }

    [Fact]
    public async Task Follow_conventions_for_all_of_them()
    {
        await using var app = await StartAsync("billing");

        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/controller/any", "web"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/controller/any", "billing"));
        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/Guarded", "web"));
    }

    [Theory]
    [InlineData("web", HttpStatusCode.OK)]
    [InlineData("billing", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Follow_the_attribute_without_endpoint_routing(string? caller, HttpStatusCode status)
    {
        await using var app = await AttributeApp.StartAsync(
            app => app.UseMvc(),
            Schemes.Cookie,
            after: services => services.AddMvc(options => options.EnableEndpointRouting = false).AddApplicationPart(typeof(GuardedController).Assembly));

        foreach (var user in (bool[])[false, true])
            Assert.Equal(status, await app.StatusAsync("/controller/named", caller, user));
    }

    private static Task<AttributeApp> StartAsync(params string[] convention) => AttributeApp.StartAsync(
        app =>
        {
            var controllers = app.MapControllers();
            var pages = app.MapRazorPages();
            if (convention.Length > 0)
            {
                controllers.RequireConnectAuthorization(convention);
                pages.RequireConnectAuthorization(convention);
            }
        },
        Schemes.Cookie,
        after: services =>
        {
            services.AddControllers();
            services.AddRazorPages().ConfigureApplicationPartManager(parts =>
            {
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new AssemblyPart(typeof(GuardedController).Assembly));
                parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(GuardedPage).Assembly));
            });
        });
}
