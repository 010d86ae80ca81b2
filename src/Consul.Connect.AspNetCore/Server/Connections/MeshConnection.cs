using ConsulConnect.Certificates;
using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>
/// What our own middleware knows of one connection, from its first byte on. Only the handshake's validation callback writes the
/// peer, and only code that finds this feature on the connection treats it as a mesh connection.
/// </summary>
internal sealed class MeshConnection : IConnectPeerFeature
{
    private const int MostSpare = 8;

    private readonly Lock _gate = new();
    private readonly List<WireRequest> _running = [];
    private readonly Stack<WireRequest> _spare = [];
    private ConnectPeer? _peer;
    private volatile Refusal? _refusal;

    /// <summary>The verified caller; null until the handshake has proved one.</summary>
    public ConnectPeer? Verified => _peer;

    /// <summary>Whose listener took it; null for a stream of the app.</summary>
    public ServedIdentity? Served { get; init; }

    /// <summary>The registry's <see cref="ConnectionRegistry.Generation"/> when the connection came.</summary>
    public long Generation { get; init; }

    /// <summary>What the caller showed, to be judged again when the roots change.</summary>
    public PresentedChain? Presented { get; private set; }

    /// <summary>A complete ClientHello arrived: from here on a failure is a failed handshake, not a port scan.</summary>
    public bool HelloSeen { get; set; }

    /// <summary>The reason of the failure has been counted.</summary>
    public bool Counted { get; set; }

    /// <summary>Why the connection has lost its right; null while it has it. Requests that begin from here on are refused with it.</summary>
    public IntentionDecision? Refused => _refusal?.Decision;

    ConnectPeer IConnectPeerFeature.Peer => _peer ?? throw new InvalidOperationException("The handshake of this connection has not finished.");

    public void Verify(ConnectPeer peer, PresentedChain? presented = null) => (Presented, _peer) = (presented, peer);

    public void Refuse(in IntentionDecision decision) => _refusal = new(decision);

    /// <summary>A request begins; what it brought over the wire is kept until <see cref="End"/>.</summary>
    /// <param name="underscored">What becomes of header fields with an underscore in their name.</param>
    public WireRequest Begin(HttpContext context, UnderscoredHeaders underscored = UnderscoredHeaders.Allow)
    {
        WireRequest? request;
        lock (_gate)
        {
            if (!_spare.TryPop(out request))
                request = new();
            request.Capture(context, underscored);
            request.Place = _running.Count;
            _running.Add(request);
        }

        return request;
    }

    /// <summary>
    /// Decides a request that has begun. No visit comes in between: it finds either this decision, or what is decided here rests on what
    /// the visit rests on.
    /// </summary>
    public IntentionDecision Decide(WireRequest request, IAuthorizer authorizer)
    {
        lock (_gate)
            return request.Decision = request.Judge(_refusal?.Decision, authorizer, _peer!);
    }

    public void End(WireRequest request)
    {
        lock (_gate)
        {
            // The last takes the place of the one that ended.
            var last = _running[^1];
            _running[request.Place] = last;
            last.Place = request.Place;
            _running.RemoveAt(_running.Count - 1);
            request.Clear();
            if (_spare.Count < MostSpare)
                _spare.Push(request);
        }
    }

    /// <summary>Calls back for each request under way; none of them ends meanwhile, so the callback returns at once.</summary>
    public void ForEachRequest<TState>(TState state, Action<WireRequest, TState> visit)
    {
        lock (_gate)
        {
            foreach (var request in _running)
                visit(request, state);
        }
    }

    private sealed record Refusal(IntentionDecision Decision);
}
