using System.Diagnostics;

namespace ConsulConnect.Benchmarks.Calls;

/// <summary>So many requests by so many callers, as fast as they are answered.</summary>
/// <param name="Took">How long they took together.</param>
/// <param name="Processor">Processor time of this process meanwhile, in which the server is too.</param>
/// <param name="Allocated">Bytes allocated in this process meanwhile.</param>
/// <param name="Latencies">Of each request in microseconds, sorted.</param>
internal sealed record Round(TimeSpan Took, TimeSpan Processor, long Allocated, double[] Latencies)
{
    public double PerSecond => Latencies.Length / Took.TotalSeconds;

    public double ProcessorOfOne => Processor.TotalMicroseconds / Latencies.Length;

    public double AllocatedByOne => (double)Allocated / Latencies.Length;

    public static async Task<Round> RunAsync(HttpClient http, int requests, int workers)
    {
        var latencies = new double[requests];
        var next = -1;
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < requests)
            {
                var begin = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync("/");
                answer.EnsureSuccessStatusCode();
                latencies[number] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
            }
        })));
        var round = new Round(Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor, GC.GetTotalAllocatedBytes(precise: true) - allocated, latencies);
        Array.Sort(latencies);
        return round;
    }

    public Round With(Round other)
    {
        double[] latencies = [.. Latencies, .. other.Latencies];
        Array.Sort(latencies);
        return new(Took + other.Took, Processor + other.Processor, Allocated + other.Allocated, latencies);
    }

    public double Percentile(double share) => Latencies[(int)(share * (Latencies.Length - 1))];
}
