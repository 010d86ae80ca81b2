using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>Asks the service at an interval.</summary>
internal sealed class PeriodicCheck : CheckRunner
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _clock;
    private readonly Func<CancellationToken, Task<(string Status, string Output)>> _probe;
    private readonly Action<string, string> _report;
    private readonly Task _loop;
    private int _successes;
    private int _failures;

    /// <param name="definition">The check.</param>
    /// <param name="probe">Asks once.</param>
    /// <param name="report">Takes the new status and output.</param>
    /// <param name="clock">The agent's.</param>
    public PeriodicCheck(CheckDefinition definition, Func<CancellationToken, Task<(string Status, string Output)>> probe, Action<string, string> report, TimeProvider clock)
        : base(definition)
    {
        (_probe, _report, _clock) = (probe, report, clock);
        _loop = Task.Run(RunAsync);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var interval = Definition.Interval < ShortestInterval ? ShortestInterval : Definition.Interval;
        while (true)
        {
            using (var late = new CancellationTokenSource(Definition.Timeout > TimeSpan.Zero ? Definition.Timeout : DefaultTimeout, _clock))
            using (var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token))
            {
                var (status, output) = await _probe(ending.Token);
                _stopping.Token.ThrowIfCancellationRequested();
                Count(status, CheckOutput.Shorten(output, Definition.OutputMaxSize));
            }

            await Task.Delay(interval, _clock, _stopping.Token);
        }
    }

    // A status counts only once it came often enough in a row.
    private void Count(string status, string output)
    {
        if (status != CheckStatus.Critical)
        {
            _failures = 0;
            if (++_successes >= Definition.SuccessesBeforePassing)
                _report(status, output);
            return;
        }

        _successes = 0;
        _failures++;
        if (_failures >= Definition.FailuresBeforeCritical)
            _report(CheckStatus.Critical, output);
        else if (Definition.FailuresBeforeWarning > 0 && _failures >= Definition.FailuresBeforeWarning)
            _report(CheckStatus.Warning, output);
    }
}
