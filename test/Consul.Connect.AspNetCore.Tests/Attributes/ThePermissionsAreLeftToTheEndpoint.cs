using System.Net;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.Tests.Attributes;

public sealed class ThePermissionsAreLeftToTheEndpoint
{
    [Theory]
    [InlineData("/named", true, HttpStatusCode.OK, true)]
    [InlineData("/named", false, HttpStatusCode.Forbidden, true)]
    [InlineData("/parameter", true, HttpStatusCode.OK, true)]
    [InlineData("/parameter", false, HttpStatusCode.Forbidden, true)]
    [InlineData("/other", true, HttpStatusCode.Forbidden, true)]
    // Nobody has applied the decision here, which is for the enforcement to see.
    [InlineData("/plain", false, HttpStatusCode.OK, false)]
    [InlineData("/lifted", false, HttpStatusCode.OK, false)]
    public async Task Whose_attribute_applies_them(string path, bool allowed, HttpStatusCode status, bool taken)
    {
        var pending = new PendingDecision(new(allowed, DecisionReason.Permissions, "because") { IsPerRequest = true });
        await using var app = await AttributeApp.StartAsync(app =>
        {
            app.Use((context, next) =>
            {
                context.Features.Set(pending);
                return next(context);
            });
            app.UseRouting();
            app.UseAuthorization();
            app.MapGet("/named", [ConnectAuthorize("web")] () => "in");
            app.MapGet("/parameter", (ConnectPeer caller) => caller.Service);
            app.MapGet("/other", [ConnectAuthorize("billing")] () => "in");
            app.MapGet("/plain", () => "in");
            app.MapGet("/lifted", [ConnectAuthorize] () => "in").AllowAnonymous();
        });

        Assert.Equal(status, await app.StatusAsync(path, "web"));
        Assert.Equal(taken, pending.Taken);
    }
}
