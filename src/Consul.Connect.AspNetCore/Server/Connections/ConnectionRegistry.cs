using ConsulConnect.Certificates;
using ConsulConnect.Intentions;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>
/// The open connections of this process by the identity of their callers, and what takes their right: when intentions or roots
/// change, and each second, every identity is judged once. Whoever keeps its right does not notice.
/// </summary>
internal sealed class ConnectionRegistry : IAsyncDisposable
{
    /// <summary>How long a connection may be open before it is asked to end gracefully.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly IAuthorizer _authorizer;
    private readonly ICredentialsSource _credentials;
    private readonly ConnectMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ConnectionSweep _sweep;
    private readonly AskingRounds? _rounds;
    private readonly Pulse _pulse;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string SpiffeId, ConnectionKind Kind), OpenIdentity> _identities = [];
    private Task _run = Task.CompletedTask;
    private long _generation;
    private int _count;

    public ConnectionRegistry(string service, IAuthorizer authorizer, ICredentialsSource credentials, ConnectAuthorizationOptions options, ConnectMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_authorizer, _credentials, _metrics, _time) = (authorizer, credentials, metrics, time);
        _pulse = new(time);
        var report = new RevocationReport(service, metrics, logger);
        _sweep = new(service, authorizer, credentials, options, report, time);
        if (authorizer.AskAgainAfter is { } interval)
            _rounds = new(this, authorizer, interval, report, time);
    }

    /// <summary>How many connections are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// Counts what may turn a decision. Read it before a connection's handshake and give it to <see cref="Enter"/>: what changed in
    /// between is then judged again.
    /// </summary>
    public long Generation => Volatile.Read(ref _generation);

    public void Start()
    {
        _authorizer.Changed += Moved;
        _credentials.Changed += Replaced;
        // The loop must not live in the activity that happened to start it.
        using (ExecutionContext.SuppressFlow())
            _run = Task.Run(RunAsync);
        _rounds?.Start();
    }

    /// <summary>An authorized connection begins; disposing what is returned ends it.</summary>
    /// <param name="kind">What it carries.</param>
    /// <param name="generation">The <see cref="Generation"/> of before its handshake.</param>
    /// <param name="requestClose">Asks for a graceful end: nothing new begins, what runs may finish. Null where there is no such thing.</param>
    /// <param name="abort">Ends it now.</param>
    /// <param name="isGone">Whether it has ended without disposing of what is returned; null where that cannot be.</param>
    public OpenConnection Enter(MeshConnection mesh, ConnectionKind kind, long generation, Action? requestClose, Action abort, Func<bool>? isGone = null)
    {
        var caller = mesh.Verified ?? throw new InvalidOperationException("Only a verified caller has a connection.");
        OpenIdentity? identity;
        OpenConnection connection;
        bool first, only;
        lock (_gate)
        {
            first = !_identities.TryGetValue((caller.SpiffeId, kind), out identity);
            identity ??= _identities[(caller.SpiffeId, kind)] = new(this, caller, kind);
            connection = new(identity, mesh, requestClose, abort, isGone, _time.GetTimestamp(), Lifetime * (0.9 + (Random.Shared.NextDouble() / 5)));
            identity.Connections.Add(connection);
            only = ++_count == 1;
        }

        _metrics.ConnectionEntered();
        if (first)
            _rounds?.Add(identity);

        // Whoever changes something counts it before looking for connections, so one of the two sees the other.
        var moved = generation != Generation;
        if (moved)
            _rounds?.Hurry(identity);
        if (moved || only)
            _pulse.Beat();

        return connection;
    }

    internal void Leave(OpenConnection connection)
    {
        var identity = connection.Identity;
        lock (_gate)
        {
            if (!identity.Connections.Remove(connection))
                return;
            _count--;
            if (identity.Connections.Count == 0)
                _identities.Remove((identity.Caller.SpiffeId, identity.Kind));
        }

        _metrics.ConnectionLeft();
    }

    /// <summary>An identity's connections at this moment; none when it has gone.</summary>
    internal OpenConnection[] ConnectionsOf(OpenIdentity identity)
    {
        lock (_gate)
            return [.. identity.Connections];
    }

    /// <summary>All that are open at this moment.</summary>
    public OpenConnection[] Open()
    {
        lock (_gate)
            return [.. _identities.Values.SelectMany(identity => identity.Connections)];
    }

    /// <summary>Look again now.</summary>
    internal void Wake() => _pulse.Beat();

    /// <summary>Stops judging, and so ends what is still open: nobody would take its right any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _authorizer.Changed -= Moved;
        _credentials.Changed -= Replaced;
        await _stopping.CancelAsync();
        await _run;
        if (_rounds is not null)
            await _rounds.DisposeAsync();
        foreach (var connection in Open())
            connection.Abort();
    }

    private void Replaced(MeshCredentials credentials) => Moved();

    private void Moved()
    {
        Interlocked.Increment(ref _generation);
        _rounds?.HurryAll();
        _pulse.Beat();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                // While nothing is open there is nothing to look at.
                await _pulse.WaitAsync(Count == 0 ? null : _sweep.Next, _stopping.Token);
                if (Count > 0)
                    await _sweep.RunAsync(All(), Generation, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private OpenIdentity[] All()
    {
        lock (_gate)
            return [.. _identities.Values];
    }
}
