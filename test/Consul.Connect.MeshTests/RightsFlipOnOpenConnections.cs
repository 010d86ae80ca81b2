using System.Diagnostics;
using ConsulConnect.DevAgent;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>
/// One caller's right flips a hundred times, with 50 open streams and 200 requests a second of it and of another caller, which is
/// never meant. The agent is the one in the process, so that a commit has a moment.
/// </summary>
[Collection(Alone.Name)]
public sealed class RightsFlipOnOpenConnections(ITestOutputHelper output)
{
    private const int Flips = 100;
    private const int Streams = 25;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData("Intentions")]
    public async Task Nobody_is_served_a_second_after_the_commit_and_who_is_not_meant_loses_nothing(string provider)
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { AclDefaultPolicy = "deny", Tokens = { ["flips"] = "service \"flips\" { policy = \"write\" }" } });
        agent.SetIntentions("flips", IntentionSource.Allow("steady"), IntentionSource.Allow("flipping"));
        await using var app = await (await MeshApp.StartAsync(
            "flips",
            [
                new("Consul:Address", agent.Address.ToString()),
                new("Consul:Token", "flips"),
                new("Consul:Connect:Authorization:Provider", provider),
            ],
            builder => builder.WebHost.UseConsulConnect(options => options.Connect.Authorization.RevocationGrace = Grace),
            Map)).ReadyAsync();
        var (steady, flipping) = (await CallerAsync(agent, "steady"), await CallerAsync(agent, "flipping"));
        await using var load = new FlipLoad(app.Mesh.Port, steady, flipping, Streams);
        await load.StartAsync();

        var (detections, rights) = (new List<TimeSpan>(), new List<RightInterval>());
        for (var flip = 0; flip < Flips; flip += 2)
        {
            // Each tenth denial lasts long enough for the bound, with connections that nobody uses meanwhile.
            var isLong = flip % 20 == 0;
            await using var probe = await load.OpenIdleAsync();
            await using var idle = await load.OpenIdleAsync();
            var denied = Stopwatch.GetTimestamp();
            agent.SetIntentions("flips", IntentionSource.Allow("steady"), IntentionSource.Deny("flipping"));
            await FlipLoad.EndsAsync(probe);
            detections.Add(Stopwatch.GetElapsedTime(denied));
            if (isLong)
                await PassAsync(Bound * 1.4);
            Assert.False(await FlipLoad.IsServedAsync(idle), "A connection that was idle since before the denial was served.");

            var allowed = Stopwatch.GetTimestamp();
            rights.Add(new(denied, allowed));
            agent.SetIntentions("flips", IntentionSource.Allow("steady"), IntentionSource.Allow("flipping"));
            await load.ServedAgainAsync();
            detections.Add(Stopwatch.GetElapsedTime(allowed));
            await PassAsync(TimeSpan.FromMilliseconds(100));
        }

        var result = await load.StopAsync(rights);
        var sorted = detections.Order().ToArray();
        output.WriteLine($"{provider}: {Flips} flips, {result.Requests} requests ({result.Rate:0} a second), {result.Streams} streams opened; seen after p50 {sorted[sorted.Length / 2].TotalMilliseconds:0.0} ms, p99 {sorted[sorted.Length * 99 / 100].TotalMilliseconds:0.0} ms; the last request served after a denial began {result.Latest.TotalMilliseconds:0.0} ms after it; losses {result.Losses.Count}");
        Assert.True(result.Latest < Bound, $"A request was served that began {result.Latest} after the commit.");
        Assert.Empty(result.Losses);
        Assert.True(result.Rate > 100, $"{result.Rate:0} requests a second are not the load that was meant.");
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/whoami", () => Stopwatch.GetTimestamp());
        app.MapGet("/events", async (HttpContext context) =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
            try
            {
                do
                {
                    await context.Response.WriteAsync("data: tick\n\n", context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }
                while (await pace.WaitForNextTickAsync(context.RequestAborted));
            }
            catch (OperationCanceledException)
            {
            }
        });
    }

    private static async Task<MeshCaller> CallerAsync(ConsulDevAgent agent, string service)
    {
        var leaf = await agent.IssueLeafAsync(service);
        return MeshCaller.From(new MeshIdentity(leaf.Certificate, leaf.Intermediates, leaf.Roots, leaf.Uri));
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }
}
