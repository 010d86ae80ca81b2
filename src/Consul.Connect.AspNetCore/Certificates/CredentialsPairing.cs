using ConsulConnect.Agent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Certificates;

/// <summary>
/// Brings leaf and roots together, in whatever order they come. Roots swap before or with the leaf: new roots hold at once when the
/// current leaf still verifies under them; a leaf that does not verify yet waits for its roots, and roots for their leaf, while the
/// old pair stays in use whole. A leaf of one mesh is never shown beside the roots of another.
/// </summary>
internal sealed class CredentialsPairing(PublishedCredentials published, ExpectedService expected, TimeProvider time, ILogger logger, ConnectMetrics metrics)
{
    private readonly Lock _writer = new();
    private TrustedRoots? _roots;
    private TrustedRoots? _rootsInUse;
    private OwnLeaf? _leafInUse;
    private OwnLeaf? _pending;
    private string? _rootsFault;
    private string? _leafFault;
    private volatile string? _pairFault;

    /// <summary>Why the newest leaf and the newest roots are not in use together; null when they are.</summary>
    public string? LastError => _pairFault;

    /// <summary>Takes the agent's roots; answers why they cannot be used.</summary>
    public string? Offer(CaRoots answer)
    {
        lock (_writer)
        {
            if (!TrustedRoots.TryParse(answer, out var roots, out var reason))
            {
                if (reason != _rootsFault)
                {
                    metrics.RootsRotated(accepted: false);
                    Log.RootsRejected(logger, reason, new(published.Current));
                }
                return _rootsFault = reason;
            }
            _rootsFault = null;
            if (roots.Fingerprint != _roots?.Fingerprint)
            {
                metrics.RootsRotated(accepted: true);
                Log.RootsChanged(logger, _roots is null ? LogLevel.Debug : LogLevel.Information, roots.Anchors.Count, roots.TrustDomain);
                _roots = roots;
                Pair();
            }
            // Roots are right whatever our leaf is; it will follow them.
            return null;
        }
    }

    /// <summary>Takes an issued leaf and wipes its key's text; answers why it cannot be used.</summary>
    public string? Offer(IssuedLeaf issued)
    {
        lock (_writer)
        {
            if (!OwnLeaf.TryParse(issued.CertPem, issued.PrivateKeyPem, expected, out var leaf, out var reason))
                return Reject(reason);
            if (time.GetUtcNow() > leaf.Self.NotAfter)
                return Reject($"The agent handed out a leaf that ended at {leaf.Self.NotAfter:u}.");

            _leafFault = null;
            _pending = leaf.IsSameAs(_leafInUse) ? null : leaf;
            return Pair();
        }
    }

    private string Reject(string reason)
    {
        if (reason != _leafFault)
        {
            metrics.LeafRotated(accepted: false);
            Log.LeafRejected(logger, reason, new(published.Current));
        }
        return _leafFault = reason;
    }

    // Answers why the newest pair is not in use. Before there are roots a leaf only waits, and that is no fault of it.
    private string? Pair()
    {
        if (_roots is null)
            return null;

        string? reason = null;
        if (_pending is { } leaf && TryPublish(leaf, _roots, out reason))
        {
            metrics.LeafRotated(accepted: true);
            Log.LeafReceived(logger, _leafInUse is null ? LogLevel.Debug : LogLevel.Information, leaf.Self.Service, leaf.Self.SerialNumber, leaf.Self.NotAfter.UtcDateTime);
            (_leafInUse, _pending) = (leaf, null);
        }
        else if (_leafInUse is not null && _roots != _rootsInUse && !TryPublish(_leafInUse, _roots, out var leafReason))
        {
            reason ??= leafReason;
        }

        if (reason is not null && reason != _pairFault)
            Log.PairPending(logger, reason, new(published.Current));
        return _pairFault = reason;
    }

    private bool TryPublish(OwnLeaf leaf, TrustedRoots roots, out string? reason)
    {
        if (!CredentialsFactory.TryJoin(roots, leaf, time.GetUtcNow(), published.NextGeneration, out var credentials, out reason))
            return false;
        _rootsInUse = roots;
        published.Replace(credentials);
        return true;
    }
}
