namespace ConsulConnect.Certificates;

/// <summary>What a peer's certificate proves: an identity, or why none.</summary>
internal readonly record struct PeerVerdict(ConnectPeer? Peer, PeerRefusal Refusal, string? Detail)
{
    public static PeerVerdict Accept(ConnectPeer peer) => new(peer, PeerRefusal.None, null);

    public static PeerVerdict Refuse(PeerRefusal refusal, string detail) => new(null, refusal, detail);
}

/// <summary>Why a peer was refused: the bounded reason of a metric.</summary>
internal enum PeerRefusal
{
    None,
    NoCertificate,
    Chain,
    Expired,
    LeafRules,
    SubjectAlternativeName,
    SpiffeId,
    NotAService,
    TrustDomain,
    VerifierFault,
}
