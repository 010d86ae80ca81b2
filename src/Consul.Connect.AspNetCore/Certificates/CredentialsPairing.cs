using ConsulConnect.Agent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Certificates;

/// <summary>
/// Brings leaf and roots together, in whatever order they come. Roots swap before or with the leaf: new roots hold at once when the
/// current leaf still verifies under them; a leaf that does not verify yet waits for its roots, and the pair in use serves on. Roots
/// under which no leaf of ours verifies end the pair in use, because what they no longer hold must not be trusted; handshakes wait
/// for the leaf that follows. A leaf of one mesh is never shown beside the roots of another.
/// </summary>
internal sealed class CredentialsPairing : IAsyncDisposable
{
    // A new root begins when a server makes it. Where our clock is behind, only time brings the pair together: the agent has
    // nothing new to say until this leaf is worn out, and the old one ends before that.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly PublishedCredentials _published;
    private readonly ExpectedService _expected;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConnectMetrics _metrics;
    private readonly Lock _writer = new();
    private readonly ITimer _retry;
    private TrustedRoots? _roots;
    private TrustedRoots? _rootsInUse;
    private OwnLeaf? _leafInUse;
    private OwnLeaf? _pending;
    private volatile string? _lastError;

    public CredentialsPairing(PublishedCredentials published, ExpectedService expected, TimeProvider time, ILogger logger, ConnectMetrics metrics)
    {
        (_published, _expected, _time, _logger, _metrics) = (published, expected, time, logger, metrics);
        _retry = time.CreateTimer(_ => Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why the newest leaf and the newest roots are not in use together; null when they are, or one of them is not there yet.</summary>
    public string? LastError => _lastError;

    /// <summary>Takes the agent's roots; answers why they cannot be used. That our leaf does not fit them yet is no fault of theirs.</summary>
    public string? Offer(CaRoots answer)
    {
        lock (_writer)
        {
            if (!TrustedRoots.TryParse(answer, out var roots, out var reason))
            {
                _metrics.RootsRotated(accepted: false);
                return reason;
            }
            if (roots.Fingerprint != _roots?.Fingerprint)
            {
                _metrics.RootsRotated(accepted: true);
                Log.RootsChanged(_logger, _roots is null ? LogLevel.Debug : LogLevel.Information, roots.Anchors.Count, roots.TrustDomain);
                _roots = roots;
                Pair();
            }
            return null;
        }
    }

    /// <summary>Takes an issued leaf and wipes its key's text; answers why it can never be used. One that does not fit the roots yet waits.</summary>
    public string? Offer(IssuedLeaf issued)
    {
        lock (_writer)
        {
            if (!OwnLeaf.TryParse(issued.CertPem, issued.PrivateKeyPem, _expected, out var leaf, out var reason))
            {
                _metrics.LeafRotated(accepted: false);
                return reason;
            }
            if (_time.GetUtcNow() > leaf.Self.NotAfter)
            {
                _metrics.LeafRotated(accepted: false);
                return $"the agent handed out a leaf that ended at {leaf.Self.NotAfter.UtcDateTime:u}";
            }
            _pending = leaf.IsSameAs(_leafInUse) ? null : leaf;
            Pair();
            return null;
        }
    }

    public ValueTask DisposeAsync() => _retry.DisposeAsync();

    private void Pair()
    {
        if (_roots is null)
            return;

        string? reason = null;
        if (_pending is { } leaf && TryPublish(leaf, _roots, out reason))
        {
            _metrics.LeafRotated(accepted: true);
            Log.LeafReceived(_logger, _leafInUse is null ? LogLevel.Debug : LogLevel.Information, leaf.Self.Service, leaf.Self.SerialNumber, leaf.Self.NotAfter.UtcDateTime);
            (_leafInUse, _pending) = (leaf, null);
        }
        else if (_leafInUse is not null && _roots != _rootsInUse && !TryPublish(_leafInUse, _roots, out var leafReason))
        {
            reason ??= leafReason;
            _published.Withdraw();
        }

        if (reason is not null && reason != _lastError)
            Log.PairWaits(_logger, _published.Current is null && _leafInUse is not null ? LogLevel.Warning : LogLevel.Information, reason, new(_published.Current));
        _lastError = reason;
        _retry.Change(reason is null ? Timeout.InfiniteTimeSpan : _patience, Timeout.InfiniteTimeSpan);
    }

    private void Retry()
    {
        lock (_writer)
        {
            try
            {
                Pair();
            }
            catch (Exception e)
            {
                // What a timer lets out ends the process.
                _lastError = $"leaf and roots could not be brought together ({e.GetType().Name})";
                _retry.Change(_patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool TryPublish(OwnLeaf leaf, TrustedRoots roots, out string? reason)
    {
        if (!CredentialsFactory.TryJoin(roots, leaf, _time.GetUtcNow(), _published.NextGeneration, out var credentials, out reason))
            return false;
        _rootsInUse = roots;
        _published.Replace(credentials);
        return true;
    }
}
