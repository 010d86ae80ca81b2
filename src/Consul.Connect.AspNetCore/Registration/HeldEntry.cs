using System.Collections.Immutable;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>An entry the agent has. The same sent again is another one: what was seen of the one says nothing of the other.</summary>
/// <param name="desired">What was sent.</param>
/// <param name="everSent">The ids of all checks that this process has registered.</param>
/// <param name="credentials">With which token and TLS files.</param>
internal sealed class Held(Desired desired, ImmutableHashSet<string> everSent, CancellationToken credentials)
{
    public Desired Desired { get; } = desired;

    public ImmutableHashSet<string> EverSent { get; } = everSent;

    public CancellationToken Credentials { get; } = credentials;

    public ServiceRegistration Entry => Desired.Entry;
}

/// <summary>Why the agent does not have it any more.</summary>
/// <param name="Reason">For the line that says so.</param>
/// <param name="By">What it has instead; null when it has nothing.</param>
internal sealed record Loss(string Reason, RegisteredService? By = null);

/// <summary>
/// What the agent has of us, as far as it has said. One loop writes it; others look at the agent and may doubt it. What they saw counts
/// only if nothing was written meanwhile.
/// </summary>
internal sealed class HeldEntry(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private Held? _current;
    private bool _writing;

    public Held? Current => Volatile.Read(ref _current);

    /// <summary>Why there is none; null when there never was.</summary>
    public Loss? Loss { get; private set; }

    /// <summary>Called when the agent turns out to have something else, or nothing.</summary>
    public Action Lost { private get; set; } = static () => { };

    /// <summary>Completes with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>The agent is being told: nobody knows what it has until it has answered.</summary>
    public void BeginWriting()
    {
        lock (_gate)
            _writing = true;
    }

    /// <param name="held">Null when it has not taken it: what was known before stands.</param>
    public void EndWriting(Held? held)
    {
        lock (_gate)
        {
            _writing = false;
            if (held is not null)
                Set(held, loss: null);
        }
    }

    /// <summary>Whether this is what the agent has, and is not being replaced.</summary>
    public bool Stands(Held held)
    {
        lock (_gate)
            return !_writing && Current == held;
    }

    /// <summary>The agent has something else than this, or nothing.</summary>
    public void Doubt(Held held, Loss loss)
    {
        // At once, or what was written in between would be doubted.
        lock (_gate)
        {
            if (!Stands(held))
                return;
            Set(null, loss);
        }

        Lost();
    }

    /// <summary>The end: the entry has been taken out.</summary>
    public void Clear()
    {
        lock (_gate)
            Set(null, loss: null);
    }

    public async Task<Held> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Changed;
            if (Current is { } held)
                return held;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Until something has changed since <paramref name="changed"/> was taken, or the time is over.</summary>
    public async Task WaitAsync(Task changed, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(atMost, time, ending.Token));
        await ending.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called under the gate; whoever waits goes on elsewhere.</summary>
    private void Set(Held? held, Loss? loss)
    {
        (_current, Loss) = (held, loss);
        var before = _changed;
        _changed = New();
        before.SetResult();
    }
}
