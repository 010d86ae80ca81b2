using System.Net;
using ConsulConnect.Agent;
using ConsulConnect.Registration;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

/// <summary>The registration of an app called orders, with a clock moved by hand and an agent that does what a test tells it.</summary>
internal sealed class RegisteredApp : IAsyncDisposable
{
    /// <summary>One each for the listener, the checks, the heartbeat and the protocol.</summary>
    public const int TimersAtRest = 4;

    /// <summary>One each for a pause of the registration and the protocol.</summary>
    public const int TimersOfAPause = 2;

    private readonly ConnectMetrics _metrics = new("orders", null);

    public RegisteredApp(Action<ConsulServiceOptions>? define = null, ConsulShutdownAction onShutdown = ConsulShutdownAction.Deregister)
    {
        Options.Service = Define(define);
        Options.Registration.OnShutdown = onShutdown;
        Link = new(Agent, Time, TimeSpan.FromSeconds(25), Log, _metrics);
        Registrar = new(Link, Options, Health);
    }

    public FakeTime Time { get; } = new();

    public CatalogAgent Agent { get; } = new();

    public RecordedLog Log { get; } = new();

    public AppHealth Health { get; } = new();

    public AgentLink Link { get; }

    public ConsulConnectOptions Options { get; } = new();

    public ServiceRegistrar Registrar { get; }

    /// <summary>Where the mesh listener is bound.</summary>
    public IPEndPoint? Listener { get; set; } = IPEndPoint.Parse("10.0.0.7:8443");

    public static ConsulServiceOptions Define(Action<ConsulServiceOptions>? define)
    {
        var definition = new ConsulServiceOptions { Name = "orders", Id = "orders-1" };
        define?.Invoke(definition);
        return definition;
    }

    public void Start() => Registrar.Start(() => Listener);

    /// <summary>Until it is registered, followed and reported.</summary>
    public async Task<RegisteredApp> StartedAsync()
    {
        Start();
        await RestAsync();
        return this;
    }

    /// <summary>Until all its loops sleep again, registered.</summary>
    public async Task RestAsync()
    {
        await Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        do
        {
            await Eventually.HoldsAsync("it is followed", () =>
            {
                LetGo();
                return Agent.IsFollowed;
            });
            await Time.WaitForTimersAsync(TimersAtRest);
        }
        while (LetGo());
    }

    /// <summary>Loops that have had much to do are held up for a tenth of a second.</summary>
    private bool LetGo()
    {
        var heldUp = Time.NextDue <= TimeSpan.FromMilliseconds(100);
        if (heldUp)
            Time.AdvanceToNext();
        return heldUp;
    }

    /// <summary>Lets time pass, and whatever is due in it happen.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        while (true)
        {
            await Time.WaitForTimersAsync(TimersAtRest);
            if (Time.NextDue is not { } next || Time.GetUtcNow() + next > end)
                break;
            Time.AdvanceToNext();
        }

        Time.Advance(end - Time.GetUtcNow());
    }

    /// <summary>Moves the clock until the agent sees such a call, and says how long that took.</summary>
    public async Task<TimeSpan> UntilAsync(string call)
    {
        var start = Time.GetUtcNow();
        while (true)
        {
            await Time.WaitForTimersAsync(TimersAtRest);
            // While the entry is being put right nothing needs time, and none may pass.
            var seen = false;
            await Eventually.HoldsAsync($"the agent sees {call}, or time must pass", () => (seen = seen || Agent.HasSeen(call)) || (Registrar.IsRegistered && Time.Timers >= TimersAtRest && (Agent.IsFollowed || Time.Timers > TimersAtRest || Time.NextDue <= TimeSpan.FromMilliseconds(100))));
            if (seen || Agent.HasSeen(call))
                return Time.GetUtcNow() - start;
            Assert.True(Time.GetUtcNow() - start < TimeSpan.FromHours(1), $"The agent has not seen {call} in an hour.");
            Time.AdvanceToNext();
        }
    }

    /// <summary>Moves the clock for what waits for an agent that does not answer, and says how long that took.</summary>
    public async Task<TimeSpan> UntilAsync(Task over)
    {
        var start = Time.GetUtcNow();
        await Eventually.HoldsAsync("the patience is over", () =>
        {
            if (!over.IsCompleted && Time.NextDue <= TimeSpan.FromSeconds(1))
                Time.AdvanceToNext();
            return over.IsCompleted;
        });
        return Time.GetUtcNow() - start;
    }

    /// <summary>The same for the next registration after the entry was lost, not to the second.</summary>
    public async Task<TimeSpan> UntilTakenBackAsync()
    {
        var start = Time.GetUtcNow();
        while (true)
        {
            var seen = false;
            await Eventually.HoldsAsync("it is registered, or waits for its time", () => (seen = Agent.HasSeen("register")) || (!Registrar.IsRegistered && Time.Timers == TimersOfAPause));
            if (seen)
                return Time.GetUtcNow() - start;
            Time.AdvanceToNext();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await UntilAsync(Registrar.DisposeAsync().AsTask());
        Agent.Dispose();
        _metrics.Dispose();
    }

    /// <summary>The app's health, as a test wants it.</summary>
    internal sealed class AppHealth : IReadiness
    {
        public volatile ReadinessReport Report = new(CheckStatus.Passing, "all is well");

        public volatile bool Hangs;

        /// <summary>It is told when this is.</summary>
        public volatile TaskCompletionSource? Slow;

        public volatile Exception? Throws;

        /// <summary>How often somebody wanted to know.</summary>
        public int Asked;

        public async Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref Asked);
            if (Throws is { } exception)
                throw exception;
            if (Slow is { } slow)
                await slow.Task.WaitAsync(cancellationToken);
            if (!Hangs)
                return Report;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new(CheckStatus.Critical, "db: it hangs");
        }
    }
}
