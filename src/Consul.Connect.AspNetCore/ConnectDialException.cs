namespace ConsulConnect;

/// <summary>
/// A service of the mesh could not be reached, or proved to be another. Nothing of the app's was sent: it is always safe to try
/// again. Out of an <c>HttpClient</c> it comes inside an <see cref="HttpRequestException"/>.
/// </summary>
public sealed class ConnectDialException : Exception
{
    internal ConnectDialException(ConnectDialError error, string target, string message, Exception? inner = null) : base(message, inner)
    {
        Error = error;
        Target = target;
    }

    /// <summary>What went wrong.</summary>
    public ConnectDialError Error { get; }

    /// <summary>Whom the app called, as in <c>payments.service.consul</c>.</summary>
    public string Target { get; }

    /// <summary>The address that was dialed; null when none was.</summary>
    public string? Address { get; internal init; }

    /// <summary>The SPIFFE ID the other end had to prove; null when nothing was dialed.</summary>
    public string? ExpectedIdentity { get; internal init; }

    /// <summary>The SPIFFE ID it proved instead; null when it proved none.</summary>
    public string? PresentedIdentity { get; internal init; }
}

/// <summary>Why a service could not be reached.</summary>
public enum ConnectDialError
{
    /// <summary>This service has no valid certificate of its own yet, or no longer; nothing was dialed.</summary>
    NotReady,

    /// <summary>No instance of the service may be called.</summary>
    NoInstances,

    /// <summary>The TCP connection failed.</summary>
    Unreachable,

    /// <summary>TCP and TLS together took too long.</summary>
    TimedOut,

    /// <summary>The TLS handshake failed.</summary>
    HandshakeFailed,

    /// <summary>The other end showed no certificate that this mesh vouches for, or asked for none of ours.</summary>
    NotVerified,

    /// <summary>The other end proved to be another service.</summary>
    WrongIdentity,

    /// <summary>The other end does not speak the upstream's protocol.</summary>
    WrongProtocol,
}
