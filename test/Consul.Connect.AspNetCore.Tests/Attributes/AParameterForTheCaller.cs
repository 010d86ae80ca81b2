using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Attributes;

public sealed class AParameterForTheCaller
{
    [Theory]
    [InlineData("/lambda")]
    [InlineData("/method")]
    [InlineData("/local")]
    [InlineData("/unknown")]
    [InlineData("/record")]
    [InlineData("/class")]
    [InlineData("/second")]
    [InlineData("/group/lambda")]
    public async Task That_must_be_there_implies_the_attribute(string path)
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync(path, "web"));
        // 401 is the attribute's; without it the missing parameter would be a bad request.
        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync(path));
    }

    [Theory]
    [InlineData("/lambda-null")]
    [InlineData("/method-null")]
    [InlineData("/local-null")]
    [InlineData("/record-null")]
    [InlineData("/class-null")]
    public async Task That_may_be_null_does_not(string path)
    {
        await using var app = await StartAsync();

        Assert.Equal("web", await (await app.GetAsync(path, "web")).Content.ReadAsStringAsync());
        Assert.Equal("nobody", await (await app.GetAsync(path)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Is_lifted_like_the_attribute_and_still_cannot_be_null()
    {
        await using var app = await StartAsync();
        app.Logs.Expect("RequiredParameterNotProvided");

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/lifted", "web"));
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("/lifted"));
    }

    private static Task<AttributeApp> StartAsync() => AttributeApp.StartAsync(app =>
    {
        static string Local(ConnectPeer caller) => caller.Service;
        static string LocalNullable(ConnectPeer? caller) => Name(caller);
        app.MapGet("/lambda", (ConnectPeer caller) => caller.Service);
        app.MapGet("/lambda-null", (ConnectPeer? caller) => Name(caller));
        app.MapGet("/method", Method);
        app.MapGet("/method-null", MethodNullable);
        app.MapGet("/local", Local);
        app.MapGet("/local-null", LocalNullable);
        app.MapGet("/unknown", Oblivious);
        app.MapGet("/record", ([AsParameters] Call call) => call.Caller.Service);
        app.MapGet("/record-null", ([AsParameters] OpenCall call) => Name(call.Caller));
        app.MapGet("/class", ([AsParameters] CallOfAClass call) => call.Caller.Service);
        app.MapGet("/class-null", ([AsParameters] OpenCallOfAClass call) => Name(call.Caller));
        app.MapGet("/second", (HttpContext _, ConnectPeer? _, ConnectPeer caller) => caller.Service);
        app.MapGet("/lifted", (ConnectPeer caller) => caller.Service).AllowAnonymous();
        app.MapGroup("/group").MapGet("/lambda", (ConnectPeer caller) => caller.Service);
    });

    private static string Method(ConnectPeer caller) => caller.Service;

    private static string MethodNullable(ConnectPeer? caller) => Name(caller);

    private static string Name(ConnectPeer? caller) => caller?.Service ?? "nobody";

#nullable disable
    private static string Oblivious(ConnectPeer caller) => caller.Service;
#nullable restore

    private sealed record Call(ConnectPeer Caller);

    private sealed record OpenCall(ConnectPeer? Caller);

    private sealed class CallOfAClass
    {
        public required ConnectPeer Caller { get; init; }
    }

    private sealed class OpenCallOfAClass
    {
        public ConnectPeer? Caller { get; init; }
    }
}
