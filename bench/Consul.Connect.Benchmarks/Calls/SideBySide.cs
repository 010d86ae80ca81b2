using System.Diagnostics;
using System.Net;

namespace ConsulConnect.Benchmarks.Calls;

/// <summary>
/// Requests over warm connections through our handler and through a bare one, to the same server, in turns so short that whatever
/// else the machine does meets both. The ratio of each pair of rounds counts, and of those the median.
/// </summary>
internal static class SideBySide
{
    private const int Pairs = 150;
    private const int Requests = 2000;
    private const int Workers = 16;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <param name="only">One version of HTTP, such as <c>2.0</c>; null: both.</param>
    public static async Task RunAsync(string? only)
    {
        await using var mesh = await OneServer.StartAsync();
        foreach (var (version, goal) in new[] { (HttpVersion.Version11, 0.96), (HttpVersion.Version20, 0.93) })
        {
            if (only is not null && only != version.ToString())
                continue;
            using var ours = mesh.Ours(version);
            using var bare = mesh.Bare(version);
            // What runs often is compiled anew, twice, in the background; that belongs to neither.
            for (var (start, i) = (Stopwatch.GetTimestamp(), 0); Stopwatch.GetElapsedTime(start) < WarmUp; i++)
                await PairAsync(ours, bare, i);
            var rounds = new List<(Round Ours, Round Bare)>();
            for (var i = 0; i < Pairs; i++)
                rounds.Add(await PairAsync(ours, bare, i));
            Tell(version, goal, rounds);
        }
    }

    private static async Task<(Round Ours, Round Bare)> PairAsync(HttpClient ours, HttpClient bare, int number)
    {
        // Who begins takes turns too.
        if (number % 2 == 0)
        {
            var first = await Round.RunAsync(ours, Requests, Workers);
            return (first, await Round.RunAsync(bare, Requests, Workers));
        }

        var other = await Round.RunAsync(bare, Requests, Workers);
        return (await Round.RunAsync(ours, Requests, Workers), other);
    }

    private static void Tell(Version version, double goal, List<(Round Ours, Round Bare)> rounds)
    {
        Console.WriteLine($"HTTP/{version}, {Workers} callers, {rounds.Count} rounds of {Requests} requests each, in turns");
        Tell("requests a second", rounds, round => round.PerSecond, "0");
        Tell("p50 in µs", rounds, round => round.Percentile(0.5), "0");
        Tell("p99 in µs", rounds, round => round.Percentile(0.99), "0");
        Tell("processor time in µs a request, the server's included", rounds, round => round.Processor, "0.0");
        Tell("bytes allocated a request, the server's included", rounds, round => round.Allocated, "0");
        var ratio = Median(rounds.Select(pair => pair.Ours.PerSecond / pair.Bare.PerSecond));
        Console.WriteLine($"  ratio of requests a second: {ratio:0.000}, of processor time: {Median(rounds.Select(pair => pair.Bare.Processor / pair.Ours.Processor)):0.000}; goal {goal:0.00}: {(ratio >= goal ? "met" : "MISSED")}");
    }

    private static void Tell(string what, List<(Round Ours, Round Bare)> rounds, Func<Round, double> figure, string format) =>
        Console.WriteLine($"  {what}: ours {Median(rounds.Select(pair => figure(pair.Ours))).ToString(format)}, bare {Median(rounds.Select(pair => figure(pair.Bare))).ToString(format)}");

    private static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
