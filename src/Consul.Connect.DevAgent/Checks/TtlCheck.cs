using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>Turns critical unless it hears from its service in time.</summary>
internal sealed class TtlCheck : CheckRunner
{
    // Timers count whole milliseconds.
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly Action<string, string> _report;
    private readonly ITimer _timer;
    private long _heard;
    private string _lastOutput = "";

    /// <param name="definition">The check.</param>
    /// <param name="report">Takes the new status and output.</param>
    /// <param name="clock">The agent's.</param>
    public TtlCheck(CheckDefinition definition, Action<string, string> report, TimeProvider clock)
        : base(definition)
    {
        (_clock, _report) = (clock, report);
        _heard = clock.GetTimestamp();
        _timer = clock.CreateTimer(_ => Expire(), null, definition.Ttl, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The service says how it is.</summary>
    public void Beat(string status, string output)
    {
        lock (_gate)
        {
            _heard = _clock.GetTimestamp();
            _lastOutput = output;
            _timer.Change(Definition.Ttl, Timeout.InfiniteTimeSpan);
            _report(status, output);
        }
    }

    public override ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Expire()
    {
        lock (_gate)
        {
            // It was heard of while this was on its way, or the timer and the clock disagree by a moment.
            if (Definition.Ttl - _clock.GetElapsedTime(_heard) is { Ticks: > 0 } rest)
                _timer.Change(rest < ShortestDelay ? ShortestDelay : rest, Timeout.InfiniteTimeSpan);
            else
                _report(CheckStatus.Critical, CheckOutput.Expired(_lastOutput));
        }
    }
}
