using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class AnInstanceRecovers
{
    [Fact]
    public async Task It_comes_back_with_the_request_that_tries_it()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        var isWell = false;
        await using var fleet = await Fleet.StartAsync(2, map: app => app.Use((HttpContext context, RequestDelegate next) =>
        {
            if (isWell)
                return next(context);
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        }));
        await using var good = await Fleet.StartAsync(1, authority: fleet.Authority);
        await using var client = await fleet.CallerAsync(time: time);
        client.Logs.Expect("Ejected");
        client.Instances.Are(fleet.Instances[0], good.Instances[0]);
        using var http = client.CreateHttp();

        await SendAsync(http, 20);
        Assert.Equal(5, fleet.Members[0].Requests);
        isWell = true;
        time.Advance(TimeSpan.FromSeconds(31));
        await SendAsync(http, 10);

        await client.Logs.WaitForAsync("CameBack");
        Assert.InRange(fleet.Members[0].Requests, 9, 11);
    }

    [Fact]
    public async Task And_does_so_with_its_headers_however_long_it_takes_to_read_the_rest()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        var (isWell, ends) = (false, new TaskCompletionSource());
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Use(async (HttpContext context, RequestDelegate _) =>
        {
            context.Response.StatusCode = isWell ? 200 : 503;
            context.Response.ContentLength = isWell ? 4 : 0;
            if (!isWell)
                return;
            await context.Response.WriteAsync("ab");
            await ends.Task;
            await context.Response.WriteAsync("cd");
        }));
        await using var good = await Fleet.StartAsync(1, authority: fleet.Authority);
        await using var client = await fleet.CallerAsync(time: time);
        client.Logs.Expect("Ejected");
        client.Instances.Are(fleet.Instances[0], good.Instances[0]);
        using var http = client.CreateHttp();
        await SendAsync(http, 20);
        isWell = true;
        time.Advance(TimeSpan.FromSeconds(31));

        var trials = new List<HttpResponseMessage>();
        for (var i = 0; i < 4; i++)
            trials.Add(await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead));

        Assert.InRange(fleet.Members[0].Requests, 5 + 2, 5 + 3);
        await client.Logs.WaitForAsync("CameBack");
        ends.SetResult();
        Assert.All(await Task.WhenAll(trials.Select(trial => trial.Content.ReadAsStringAsync())), text => Assert.Contains(text, new[] { "abcd", "0" }));
        trials.ForEach(trial => trial.Dispose());
    }

    private static async Task SendAsync(HttpClient http, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/")).StatusCode);
    }
}
