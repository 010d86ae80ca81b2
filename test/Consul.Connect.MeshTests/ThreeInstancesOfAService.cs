using System.Diagnostics;
using System.Net;
using ConsulConnect.DevAgent;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>Followed in the catalog of an agent, which checks their health.</summary>
[Collection(Alone.Name)]
public sealed class ThreeInstancesOfAService(ITestOutputHelper output)
{
    private const int Requests = 3000;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_the_same_share_of_the_requests(string version)
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await using var service = await CheckedInstances.StartAsync(agent, 3);
        using var http = service.CreateHttp(Version.Parse(version));
        await service.AllAnswerAsync(http);
        var before = service.All.Select(one => one.Requests).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellationToken) =>
        {
            using var answer = await http.GetAsync("/", cancellationToken);
            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version.ToString()));
        });

        var shares = service.All.Zip(before, (one, count) => one.Requests - count).ToList();
        output.WriteLine($"HTTP/{version}: {string.Join(", ", shares)}");
        Assert.All(shares, share => Assert.InRange(share, 980, 1020));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task One_that_is_killed_costs_no_request_and_is_back_within_a_second_of_its_health(string version)
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await using var service = await CheckedInstances.StartAsync(agent, 3);
        using var http = service.CreateHttp(Version.Parse(version));
        await service.AllAnswerAsync(http);
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => LoadAsync(http, enough.Token)).ToArray();
        var killed = service.All[1];

        await killed.KillAsync();
        await service.HasAsync(passing: 2);
        var atDeath = killed.Requests;
        await killed.StartAsync();
        await service.HasAsync(passing: 3);
        var healthy = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync("it is called again", () => killed.Requests > atDeath);
        var took = Stopwatch.GetElapsedTime(healthy);

        await enough.CancelAsync();
        var done = (await Task.WhenAll(load)).Sum();
        output.WriteLine($"HTTP/{version}: {done} requests, 0 failed; back {took.TotalMilliseconds:0} ms after the catalog said so.");
        Assert.True(took < TimeSpan.FromSeconds(1), $"back after {took.TotalSeconds:0.00} s");
        Assert.True(done > 100, $"only {done} requests");
    }

    private static async Task<int> LoadAsync(HttpClient http, CancellationToken enough)
    {
        var count = 0;
        for (; !enough.IsCancellationRequested; count++)
        {
            using var answer = await http.GetAsync("/", CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        return count;
    }
}
