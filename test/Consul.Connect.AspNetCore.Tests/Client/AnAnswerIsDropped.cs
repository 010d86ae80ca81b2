using System.Net;
using System.Runtime.CompilerServices;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class AnAnswerIsDropped
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Unread_and_never_disposed_it_does_not_keep_its_instance_busy(string version)
    {
        var hold = new TaskCompletionSource();
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Use(async (HttpContext context, RequestDelegate next) =>
        {
            await next(context);
            await context.Response.Body.FlushAsync();
            if (context.Request.Path == "/held")
                await hold.Task;
        }));
        var seen = new Watching();
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { CustomBalancer = seen });
        using var http = client.CreateHttp(version: Version.Parse(version));

        await DropAsync(http);
        await http.GetStringAsync("/");
        Assert.Equal(1, seen.Active);

        await Eventually.HoldsAsync("it counts no more", async cancellation =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await http.GetStringAsync("/", cancellation);
            return seen.Active == 0;
        });
        hold.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_found_also_where_nothing_else_is_called(bool rotates)
    {
        var hold = new TaskCompletionSource();
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Use(async (HttpContext context, RequestDelegate next) =>
        {
            await next(context);
            await context.Response.Body.FlushAsync();
            if (context.Request.Path == "/held")
                await hold.Task;
        }));
        var seen = new Watching();
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { CustomBalancer = seen }, time);
        using var http2 = client.CreateHttp(version: new(2, 0));
        using var http1 = client.CreateHttp(version: new(1, 1));
        await DropAsync(http2);
        await http1.GetStringAsync("/");
        Assert.Equal(1, seen.Active);
        if (rotates)
        {
            var generation = client.Service.Credentials.Current!.Generation;
            client.Identity.Write(client.Identity.Authority.IssueLeaf("web"));
            await Eventually.HoldsAsync("the new leaf is in use", () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return client.Service.Credentials.Current!.Generation > generation;
            });
        }

        await Eventually.HoldsAsync("it counts no more", async cancellation =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await http1.GetStringAsync("/", cancellation);
            return seen.Active == 0;
        });
        hold.SetResult();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(HttpClient http)
    {
        var answer = await http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private sealed class Watching : IConnectBalancer
    {
        private volatile int _active;

        public int Active => _active;

        public int Pick(ReadOnlySpan<ConnectCandidate> candidates)
        {
            _active = candidates[0].ActiveRequests;
            return 0;
        }
    }
}
