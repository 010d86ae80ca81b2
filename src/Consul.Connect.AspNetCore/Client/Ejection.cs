using Polly;
using Polly.CircuitBreaker;

namespace ConsulConnect.Client;

/// <summary>
/// One instance's circuit breaker: after 5 failures in a row it is left out for 30 s, then one request tries it, and each further
/// failure doubles the time, up to 5 minutes. It exists only while there are failures, so a healthy instance costs nothing.
/// </summary>
internal sealed class Ejection(TimeProvider time)
{
    private const int FailuresInARow = 5;
    private static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private volatile Breaker? _breaker;

    /// <summary>Whether it is out, or being tried after having been.</summary>
    public bool IsOpen => _breaker is { Until: not null };

    /// <summary>Whether a request may go there now.</summary>
    public bool IsAdmitted => _breaker is not { Until: not null } breaker || (!breaker.IsTried && breaker.Left <= TimeSpan.Zero);

    /// <summary>A request goes there. True: it is the one that tries an ejected instance, and must say so when it ends.</summary>
    public bool Begin()
    {
        if (_breaker is not { Until: not null })
            return false;
        lock (_lock)
        {
            // One that is out may be asked for want of others; only when its time is over does that decide anything.
            if (_breaker is not { Until: not null, IsTried: false } breaker || breaker.Left > TimeSpan.Zero)
                return false;
            return breaker.IsTried = true;
        }
    }

    /// <summary>The request was answered.</summary>
    /// <returns>Whether this brings the instance back.</returns>
    public bool Succeeded(bool isTrial)
    {
        if (_breaker is not { } breaker || (breaker.Until is not null && !isTrial))
            return false;
        lock (_lock)
            _breaker = null;
        return breaker.Until is not null;
    }

    /// <summary>The request ended without saying anything about the instance.</summary>
    public void GivenUp(bool isTrial)
    {
        if (!isTrial)
            return;
        lock (_lock)
            if (_breaker is { } breaker)
                breaker.IsTried = false;
    }

    /// <summary>The instance failed.</summary>
    /// <param name="isTrial">As <see cref="Begin"/> said.</param>
    /// <param name="mayEject">Asked when this failure would eject it.</param>
    /// <returns>For how long it is ejected by this failure; null: it is not.</returns>
    public TimeSpan? Failed(bool isTrial, Func<bool> mayEject)
    {
        lock (_lock)
        {
            var breaker = _breaker ??= new(time);
            if (breaker.Until is not null && !isTrial)
                return null;
            if (breaker.Until is null && breaker.Failures >= FailuresInARow - 1 && !mayEject())
                return null;
            breaker.Fail();
            breaker.IsTried = false;
            return breaker.Until is null ? null : breaker.Left;
        }
    }

    /// <summary>Forgets everything, as the instance's entry in the catalog has changed. True: it was out.</summary>
    public bool End()
    {
        lock (_lock)
        {
            var wasOpen = IsOpen;
            _breaker = null;
            return wasOpen;
        }
    }

    // Only failures are reported to it: a success ends it, so all it has seen are failures in a row.
    private sealed class Breaker
    {
        private readonly MonotonicTime _time;
        private readonly ResiliencePipeline<bool> _pipeline;

        public Breaker(TimeProvider time) => _pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = _time = new(time) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                ShouldHandle = args => new(args.Outcome.Result),
                FailureRatio = 1,
                MinimumThroughput = FailuresInARow,
                SamplingDuration = TimeSpan.FromDays(1),
                // Not in OnOpened, which runs on a thread of its own, and would be waited for under the pool's lock.
                BreakDurationGenerator = args =>
                {
                    var pause = Doubled(args.HalfOpenAttempts);
                    Until = _time.GetUtcNow() + pause;
                    return new(pause);
                },
            })
            .Build();

        public int Failures { get; private set; }

        public DateTimeOffset? Until { get; private set; }

        /// <summary>How much of the pause is left, once there is one.</summary>
        public TimeSpan Left => Until.GetValueOrDefault() - _time.GetUtcNow();

        public bool IsTried { get; set; }

        public void Fail()
        {
            Failures++;
            // It hands over a failure that has been; the outcome of an open circuit is of no interest.
            var context = ResilienceContextPool.Shared.Get();
            _ = _pipeline.ExecuteOutcomeAsync(static (_, _) => new ValueTask<Outcome<bool>>(Outcome.FromResult(true)), context, 0).AsTask().GetAwaiter().GetResult();
            ResilienceContextPool.Shared.Return(context);
        }

        private static TimeSpan Doubled(int times)
        {
            var pause = FirstBreak * Math.Pow(2, Math.Min(times, 10));
            return pause < LongestBreak ? pause : LongestBreak;
        }
    }
}
