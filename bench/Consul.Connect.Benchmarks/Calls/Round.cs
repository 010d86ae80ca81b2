using System.Diagnostics;

namespace ConsulConnect.Benchmarks.Calls;

/// <summary>So many requests by so many callers, as fast as they are answered.</summary>
/// <param name="PerSecond">How many were answered in a second.</param>
/// <param name="Processor">Microseconds of processor time a request took of this process, in which the server is too.</param>
/// <param name="Allocated">Bytes a request allocated in this process.</param>
/// <param name="Latencies">Of each request in microseconds, sorted.</param>
internal sealed record Round(double PerSecond, double Processor, double Allocated, double[] Latencies)
{
    public static async Task<Round> RunAsync(HttpClient http, int requests, int workers)
    {
        var latencies = new double[requests];
        var next = -1;
        GC.Collect();
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
        var took = Stopwatch.GetElapsedTime(start);
        var round = new Round(
            requests / took.TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / requests,
            (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / requests,
            latencies);
        Array.Sort(latencies);
        return round;
    }

    public double Percentile(double share) => Latencies[(int)(share * (Latencies.Length - 1))];
}
