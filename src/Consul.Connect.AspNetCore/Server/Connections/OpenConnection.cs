using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>An authorized connection while it is open. Disposed when it ends.</summary>
/// <param name="requestClose">Asks for a graceful end; null where there is no such thing.</param>
/// <param name="abort">Ends it now.</param>
/// <param name="isGone">Whether it has ended without a word; null where an end is always told.</param>
/// <param name="since">When it was entered, as a timestamp.</param>
/// <param name="lifetime">How long it may be open.</param>
internal sealed class OpenConnection(OpenIdentity identity, MeshConnection mesh, Action? requestClose, Action abort, Func<bool>? isGone, long since, TimeSpan lifetime) : IDisposable
{
    private Closing? _closing;
    private volatile bool _askedToClose;
    private volatile bool _aborted;

    /// <summary>When it was entered, as a timestamp.</summary>
    public long Since { get; } = since;

    public OpenIdentity Identity { get; } = identity;

    public MeshConnection Mesh { get; } = mesh;

    public bool IsGone => isGone?.Invoke() == true;

    /// <summary>Whether we have ended it.</summary>
    public bool IsAborted => _aborted;

    /// <summary>Whether it has been asked for a graceful end, whatever for.</summary>
    public bool IsAskedToClose => _askedToClose;

    /// <summary>When what it lost its right by was found, as a timestamp; null while it has its right.</summary>
    public long? ClosingSince => Volatile.Read(ref _closing)?.Since;

    /// <summary>Takes its right: requests on it are refused from here on, nothing new begins, and what runs may finish meanwhile.</summary>
    /// <returns>False when it had lost it before.</returns>
    public bool Close(in IntentionDecision decision, long now)
    {
        if (Volatile.Read(ref _closing) is not null)
            return false;
        // Whatever it rests on, it is about every request: no permission that could be audited or left to an endpoint.
        Mesh.Refuse(decision with { IsPerRequest = false });
        if (Interlocked.CompareExchange(ref _closing, new(now), null) is not null)
            return false;
        AskToClose();
        return true;
    }

    /// <summary>Asks for a graceful end: nothing new begins, what runs may finish.</summary>
    public void AskToClose()
    {
        _askedToClose = true;
        Attempt(requestClose);
    }

    /// <summary>Ends it when it has lost its right for as long as the grace.</summary>
    /// <returns>How long that is still to come; null when there is nothing to wait for.</returns>
    public TimeSpan? AbortAfter(TimeSpan grace, TimeProvider time, long now)
    {
        if (_aborted || ClosingSince is not { } since)
            return null;
        var left = grace - time.GetElapsedTime(since, now);
        if (left > TimeSpan.Zero)
            return left;
        // Whoever holds it need not tell that it has ended; first, so that nobody sees it ended and still counted.
        if (isGone is not null)
            Dispose();
        Abort();
        return null;
    }

    /// <summary>Asks for a graceful end, once, of what has been open for as long as a connection may be.</summary>
    public bool EndLifetime(TimeProvider time, long now)
    {
        if (_askedToClose || requestClose is null || ClosingSince is not null || time.GetElapsedTime(Since, now) < lifetime)
            return false;
        AskToClose();
        return true;
    }

    /// <summary>Ends it whatever it is about.</summary>
    public void Abort()
    {
        _aborted = true;
        Attempt(abort);
    }

    public void Dispose() => Identity.Leave(this);

    // What listens to a connection's end is the app's, and its faults must not keep other connections open.
    private static void Attempt(Action? act)
    {
        try
        {
            act?.Invoke();
        }
        catch (Exception)
        {
        }
    }

    private sealed record Closing(long Since);
}
