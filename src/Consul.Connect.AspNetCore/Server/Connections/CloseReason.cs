namespace ConsulConnect.Server;

/// <summary>Why we closed a connection: the bounded reason of a metric.</summary>
internal enum CloseReason
{
    /// <summary>The caller may not connect any more.</summary>
    Intention,

    /// <summary>The caller's certificate has ended.</summary>
    LeafExpired,

    /// <summary>The caller's certificate is not one of this mesh any more.</summary>
    Roots,

    /// <summary>What we know is too old, or our own certificate has ended.</summary>
    Stale,

    /// <summary>It was open for as long as one may be; what runs on it may finish.</summary>
    Lifetime,
}
