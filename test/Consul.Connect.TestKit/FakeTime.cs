namespace ConsulConnect.TestKit;

/// <summary>
/// A clock that moves only by hand. Timers fire on the thread that moves it, in the order in which they are due, and see the
/// moment they were due at. Wait with <see cref="WaitForTimersAsync"/> until the code under test sleeps, then move on.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _waiting = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private long _order;

    public FakeTime()
        : this(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public FakeTime(DateTimeOffset start) => (_start, _now) = (start, start);

    /// <summary>Nanoseconds, so that whoever mistakes timestamps for ticks is found out.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>How many timers are set.</summary>
    public int Timers
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>How far off the next timer is; null when none is set.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
                return Next() is { } timer ? timer.Due - _now : null;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return (_now - _start).Ticks * 100;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and fires what becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_gate)
            end = _now + by;
        while (FireNext(end))
        {
        }

        lock (_gate)
            _now = end > _now ? end : _now;
    }

    /// <summary>Moves the clock in one step: what becomes due on the way fires at the end, as after a long pause of the machine.</summary>
    public void Jump(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_gate)
            end = _now += by;
        while (FireNext(end))
        {
        }
    }

    /// <summary>Moves the clock to the next timer, fires it, and says how far that was.</summary>
    public TimeSpan AdvanceToNext()
    {
        var before = GetUtcNow();
        if (!FireNext(DateTimeOffset.MaxValue))
            throw new InvalidOperationException("No timer is set.");
        return GetUtcNow() - before;
    }

    /// <summary>Completes when at least <paramref name="count"/> timers are set: whoever sets them sleeps then.</summary>
    public Task WaitForTimersAsync(int count = 1)
    {
        lock (_gate)
        {
            if (_waiting.Count >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((count, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private bool FireNext(DateTimeOffset end)
    {
        Timer timer;
        lock (_gate)
        {
            if (Next() is not { } next || next.Due > end)
                return false;
            timer = next;
            _now = timer.Due > _now ? timer.Due : _now;
            timer.Rearm();
        }

        timer.Fire();
        return true;
    }

    private Timer? Next() => _waiting.Count == 0 ? null : _waiting.MinBy(timer => (timer.Due, timer.Order));

    private sealed class Timer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._waiting.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                    Set(dueTime);
            }

            return true;
        }

        /// <summary>Called under the gate.</summary>
        public void Rearm()
        {
            time._waiting.Remove(this);
            if (_period > TimeSpan.Zero)
                Set(_period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate)
                time._waiting.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            Due = time._now + dueTime;
            Order = time._order++;
            time._waiting.Add(this);
            foreach (var (count, reached) in time._watchers)
            {
                if (time._waiting.Count >= count)
                    reached.TrySetResult();
            }

            time._watchers.RemoveAll(watcher => watcher.Reached.Task.IsCompleted);
        }
    }
}
