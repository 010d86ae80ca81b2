using ConsulConnect.Configuration;

namespace ConsulConnect.Server;

/// <summary>Whether a stop has time for its steps: a host that runs out of time aborts what the steps are there to save.</summary>
internal static class StopTime
{
    /// <summary>What the server's own stop needs.</summary>
    private static readonly TimeSpan Own = TimeSpan.FromSeconds(5);

    /// <exception cref="InvalidOperationException">It has not.</exception>
    public static void Check(ConsulRegistrationOptions options, TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan || options.PropagationDelay + options.DrainTime + Own <= limit)
            return;
        throw new InvalidOperationException(
            $"Consul:Registration:PropagationDelay is {DurationText.Write(options.PropagationDelay)} and DrainTime is {DurationText.Write(options.DrainTime)}; with {DurationText.Write(Own)} for the server's own stop they do not fit into HostOptions.ShutdownTimeout, which is {DurationText.Write(limit)}. "
            + "Shorten them, or write builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = …).");
    }
}
