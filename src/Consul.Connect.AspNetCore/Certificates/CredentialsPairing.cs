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
    private volatile string? _lastError;

    /// <summary>Why the newest leaf and the newest roots are not in use together; null when they are, or one of them is not there yet.</summary>
    public string? LastError => _lastError;

    /// <summary>Takes the agent's roots; answers why they cannot be used. That our leaf does not fit them yet is no fault of theirs.</summary>
    public string? Offer(CaRoots answer)
    {
        lock (_writer)
        {
            if (!TrustedRoots.TryParse(answer, out var roots, out var reason))
            {
                metrics.RootsRotated(accepted: false);
                return reason;
            }
            if (roots.Fingerprint != _roots?.Fingerprint)
            {
                metrics.RootsRotated(accepted: true);
                Log.RootsChanged(logger, _roots is null ? LogLevel.Debug : LogLevel.Information, roots.Anchors.Count, roots.TrustDomain);
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
            if (!OwnLeaf.TryParse(issued.CertPem, issued.PrivateKeyPem, expected, out var leaf, out var reason)
                || !CredentialsFactory.IsValidAt(time.GetUtcNow(), leaf, out reason))
            {
                metrics.LeafRotated(accepted: false);
                return reason;
            }
            _pending = leaf.IsSameAs(_leafInUse) ? null : leaf;
            Pair();
            return null;
        }
    }

    private void Pair()
    {
        if (_roots is null)
            return;

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

        if (reason is not null && reason != _lastError)
            Log.PairWaits(logger, reason, new(published.Current));
        _lastError = reason;
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
