using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ConsulConnect;

/// <summary>The instruments of one identity on the meter <c>Consul.Connect</c>.</summary>
internal sealed class ConnectMetrics : IDisposable
{
    public const string MeterName = "Consul.Connect";

    private readonly Meter _meter;
    private readonly ActivitySource _activities = new(MeterName);
    private readonly Counter<long> _handshakeFailures;
    private readonly Counter<long> _decisions;
    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _connectionsClosed;
    private readonly Counter<long> _leafRotations;
    private readonly Counter<long> _rootsRotations;
    private readonly Counter<long> _watchRequests;
    private readonly Histogram<double> _dials;

    /// <param name="service">The identity the measurements belong to.</param>
    /// <param name="factory">The host's factory; null without a host.</param>
    public ConnectMetrics(string service, IMeterFactory? factory)
    {
        var options = new MeterOptions(MeterName) { Tags = [new("consul.connect.service", service)] };
        _meter = factory?.Create(options) ?? new Meter(options);
        _handshakeFailures = _meter.CreateCounter<long>("consul.connect.handshake.failures", "{handshake}", "TLS handshakes with mesh peers that ended without a verified peer.");
        _decisions = _meter.CreateCounter<long>("consul.connect.authorization.decisions", "{decision}", "Authorization decisions on mesh connections and requests.");
        _connections = _meter.CreateUpDownCounter<long>("consul.connect.connections", "{connection}", "Open mesh connections.");
        _connectionsClosed = _meter.CreateCounter<long>("consul.connect.connections.closed", "{connection}", "Open mesh connections that were closed because their right had ended.");
        _leafRotations = _meter.CreateCounter<long>("consul.connect.leaf.rotations", "{rotation}", "Leaf certificates received.");
        _rootsRotations = _meter.CreateCounter<long>("consul.connect.roots.rotations", "{rotation}", "Changes of the trusted roots.");
        _watchRequests = _meter.CreateCounter<long>("consul.connect.watch.requests", "{request}", "Turns of the loops that follow the agent.");
        _dials = _meter.CreateHistogram<double>("consul.connect.dial.duration", "s", "TCP, TLS and the check of identity of the connections to other services.");
    }

    /// <summary>Shows for as long as the identity lives that permissions are reported only.</summary>
    public void IsAudit() => _meter.CreateObservableGauge("consul.connect.authorization.audit", () => 1, null, "1 while permissions are reported and not enforced.");

    public void HandshakeFailed(string reason) =>
        _handshakeFailures.Add(1, new("consul.connect.direction", "in"), new("error.type", reason));

    /// <param name="layer">l4: about the caller alone; l7: about one request.</param>
    /// <param name="decision">allow, deny or audit_deny.</param>
    public void Decided(string layer, string decision, string reason, string source)
    {
        if (_decisions.Enabled)
            _decisions.Add(1, new("consul.connect.layer", layer), new("consul.connect.decision", decision), new("consul.connect.reason", reason), new("consul.connect.source", source));
    }

    public void ConnectionEntered() => _connections.Add(1, new KeyValuePair<string, object?>("consul.connect.direction", "in"));

    public void ConnectionLeft() => _connections.Add(-1, new KeyValuePair<string, object?>("consul.connect.direction", "in"));

    /// <param name="reason">intention, leaf_expired, roots, stale or lifetime.</param>
    public void ConnectionsClosed(string reason, int count) => _connectionsClosed.Add(count, new KeyValuePair<string, object?>("consul.connect.reason", reason));

    public void LeafRotated(bool accepted) => _leafRotations.Add(1, new KeyValuePair<string, object?>("consul.connect.outcome", accepted ? "accepted" : "rejected"));

    public void RootsRotated(bool accepted) => _rootsRotations.Add(1, new KeyValuePair<string, object?>("consul.connect.outcome", accepted ? "accepted" : "rejected"));

    /// <param name="watch">leaf, roots, intentions, registration, entry, checks, heartbeat, token, health, query.</param>
    /// <param name="outcome">changed, unchanged, rejected or error.</param>
    /// <param name="errorType">The sort of the error, or null.</param>
    public void WatchTurned(string watch, string outcome, string? errorType = null)
    {
        if (errorType is null)
            _watchRequests.Add(1, new("consul.connect.watch", watch), new("consul.connect.outcome", outcome));
        else
            _watchRequests.Add(1, new("consul.connect.watch", watch), new("consul.connect.outcome", outcome), new("error.type", errorType));
    }

    /// <param name="peer">The service that was called.</param>
    /// <param name="outcome">ok, refused, unreachable, timeout, tls, not_verified, identity, protocol or cancelled.</param>
    /// <param name="duration">From the first packet to the verified peer.</param>
    public void Dialed(string peer, string outcome, TimeSpan duration) =>
        _dials.Record(duration.TotalSeconds, new("consul.connect.peer", peer), new("consul.connect.outcome", outcome));

    /// <summary>The activity of a dial; null when nobody listens.</summary>
    public Activity? StartDial(string peer, string host, int port)
    {
        if (!_activities.HasListeners())
            return null;
        var activity = _activities.StartActivity("consul.connect.dial", ActivityKind.Client);
        activity?.SetTag("consul.connect.peer", peer).SetTag("server.address", host).SetTag("server.port", port);
        return activity;
    }

    public void Dispose()
    {
        _meter.Dispose();
        _activities.Dispose();
    }
}
