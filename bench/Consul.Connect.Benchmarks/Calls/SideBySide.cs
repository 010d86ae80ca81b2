using System.Diagnostics;
using System.Net;

namespace ConsulConnect.Benchmarks.Calls;

/// <summary>
/// Requests over warm connections through our handler and through a bare one, to the same server, in turns so short that whatever
/// else the machine does meets both. The ratio of each pair counts, and of those the median.
/// </summary>
internal static class SideBySide
{
    private const int Pairs = 400;
    private const int Requests = 1000;
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
            var pairs = new List<(Round Ours, Round Bare)>();
            for (var i = 0; i < Pairs; i++)
                pairs.Add(await PairAsync(ours, bare, i));
            Tell(version, goal, pairs);
        }
    }

    // One after the other and back again, so that a machine that grows slower or faster favours neither; who begins takes turns too.
    private static async Task<(Round Ours, Round Bare)> PairAsync(HttpClient ours, HttpClient bare, int number)
    {
        var (outer, inner) = number % 2 == 0 ? (ours, bare) : (bare, ours);
        var first = await Round.RunAsync(outer, Requests / 2, Workers);
        var between = (await Round.RunAsync(inner, Requests / 2, Workers)).With(await Round.RunAsync(inner, Requests / 2, Workers));
        var around = first.With(await Round.RunAsync(outer, Requests / 2, Workers));
        return outer == ours ? (around, between) : (between, around);
    }

    private static void Tell(Version version, double goal, List<(Round Ours, Round Bare)> pairs)
    {
        Console.WriteLine($"HTTP/{version}, {Workers} callers, {pairs.Count} pairs of {Requests} requests each, in turns");
        Tell("requests a second", pairs, round => round.PerSecond, "0");
        Tell("p50 in µs", pairs, round => round.Percentile(0.5), "0");
        Tell("p99 in µs", pairs, round => round.Percentile(0.99), "0");
        Tell("processor time in µs a request, the server's included", pairs, round => round.ProcessorOfOne, "0.0");
        Tell("bytes allocated a request, the server's included", pairs, round => round.AllocatedByOne, "0");
        var processor = Sorted(pairs, pair => pair.Bare.Processor / pair.Ours.Processor);
        Console.WriteLine($"  ratio of processor time: {Median(processor):0.000}");
        var ratios = Sorted(pairs, pair => pair.Ours.PerSecond / pair.Bare.PerSecond);
        var ratio = Median(ratios);
        // Where the median of all such pairs is, 19 times out of 20, whatever the pairs are like.
        var reach = (int)Math.Ceiling(0.98 * Math.Sqrt(ratios.Length));
        var (low, high) = (ratios[(ratios.Length / 2) - reach], ratios[(ratios.Length / 2) + reach]);
        Console.WriteLine($"  ratio of requests a second: {ratio:0.000} (95 % sure: {low:0.000} to {high:0.000}; half of the pairs: {ratios[ratios.Length / 4]:0.000} to {ratios[ratios.Length * 3 / 4]:0.000}); goal {goal:0.00}: {(ratio >= goal ? "met" : "MISSED")}");
    }

    private static void Tell(string what, List<(Round Ours, Round Bare)> pairs, Func<Round, double> figure, string format) =>
        Console.WriteLine($"  {what}: ours {Median(Sorted(pairs, pair => figure(pair.Ours))).ToString(format)}, bare {Median(Sorted(pairs, pair => figure(pair.Bare))).ToString(format)}");

    private static double[] Sorted(List<(Round Ours, Round Bare)> pairs, Func<(Round Ours, Round Bare), double> figure) => [.. pairs.Select(figure).Order()];

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
