using Polly;
using Polly.Retry;

namespace ConsulConnect.Agent;

/// <summary>How long a loop pauses after a failure, by the sort of the failure.</summary>
internal static class BackOff
{
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    /// <param name="time">The clock of the pauses.</param>
    /// <param name="pause">Told of every failure; answers how long to pause.</param>
    public static ResiliencePipeline Create(TimeProvider time, Func<AgentException, TimeSpan> pause) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = new PredicateBuilder().Handle<AgentException>(),
                DelayGenerator = args => new(pause((AgentException)args.Outcome.Exception!)),
            })
            .Build();

    /// <param name="failure">What went wrong.</param>
    /// <param name="before">How many failures of this sort came before it in a row.</param>
    public static TimeSpan After(AgentException failure, int before)
    {
        var pause = failure.Fault switch
        {
            // Someone must act first: no hurry, and no herd to spread.
            AgentFault.Denied or AgentFault.Missing or AgentFault.Permanent => Doubled(1, 30, before),
            _ when failure.IsBusy => Jittered(Doubled(1, 8, before)),
            _ => Jittered(Doubled(0.1, 1.6, before)),
        };
        if (failure.RetryAfter is not { } asked)
            return pause;
        asked = asked < LongestAsked ? asked : LongestAsked;
        return asked > pause ? Jittered(asked) : pause;
    }

    // Upwards, so that no pause is shorter than its base; the caps leave room for it.
    private static TimeSpan Jittered(TimeSpan pause) => pause * (1 + (Random.Shared.NextDouble() / 4));

    private static TimeSpan Doubled(double first, double most, int before) =>
        TimeSpan.FromSeconds(Math.Min(most, first * Math.Pow(2, Math.Min(before, 30))));
}
