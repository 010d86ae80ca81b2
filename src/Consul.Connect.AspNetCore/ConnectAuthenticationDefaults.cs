namespace ConsulConnect;

/// <summary>Names of the authentication scheme that turns the verified caller into an identity.</summary>
public static class ConnectAuthenticationDefaults
{
    /// <summary>
    /// The scheme, and the authentication type of the identity added to <c>HttpContext.User</c> on mesh connections. That
    /// identity does not count as a signed-in user: <c>[Authorize]</c> judges the app's own schemes, unless it names this one.
    /// </summary>
    public const string AuthenticationScheme = "ConsulConnect";
}

/// <summary>The claims of the caller's identity.</summary>
public static class ConnectClaimTypes
{
    /// <summary><see cref="ConnectPeer.SpiffeId"/>.</summary>
    public const string SpiffeId = "consul:spiffe_id";

    /// <summary><see cref="ConnectPeer.Service"/>.</summary>
    public const string Service = "consul:service";

    /// <summary><see cref="ConnectPeer.Namespace"/>.</summary>
    public const string Namespace = "consul:namespace";

    /// <summary><see cref="ConnectPeer.Partition"/>.</summary>
    public const string Partition = "consul:partition";

    /// <summary><see cref="ConnectPeer.Datacenter"/>.</summary>
    public const string Datacenter = "consul:datacenter";

    /// <summary><see cref="ConnectPeer.TrustDomain"/>.</summary>
    public const string TrustDomain = "consul:trust_domain";
}
