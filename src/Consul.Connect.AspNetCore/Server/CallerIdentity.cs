using System.Security.Claims;

namespace ConsulConnect.Server;

/// <summary>The caller as claims.</summary>
internal sealed class CallerIdentity : ClaimsIdentity
{
    private readonly bool _isUser;

    /// <param name="isUser">True only where the app asked for our scheme by name; otherwise <c>[Authorize]</c> must not take a service for a signed-in user.</param>
    public CallerIdentity(ConnectPeer caller, bool isUser) : base(
        [
            new(ConnectClaimTypes.SpiffeId, caller.SpiffeId),
            new(ConnectClaimTypes.Service, caller.Service),
            new(ConnectClaimTypes.Namespace, caller.Namespace),
            new(ConnectClaimTypes.Partition, caller.Partition),
            new(ConnectClaimTypes.Datacenter, caller.Datacenter),
            new(ConnectClaimTypes.TrustDomain, caller.TrustDomain),
        ],
        ConnectAuthenticationDefaults.AuthenticationScheme, ConnectClaimTypes.Service, roleType: null) => _isUser = isUser;

    private CallerIdentity(CallerIdentity other) : base(other) => _isUser = other._isUser;

    public override bool IsAuthenticated => _isUser;

    /// <summary>The user with the caller as one more identity; a copy, because an app may share one principal between requests.</summary>
    public static ClaimsPrincipal Beside(ClaimsPrincipal user, ConnectPeer caller)
    {
        if (user.Identities.Any(identity => identity is CallerIdentity))
            return user;
        var both = Without(user, identity => identity is not CallerIdentity).Clone();
        both.AddIdentity(new CallerIdentity(caller, isUser: false));
        return both;
    }

    /// <summary>
    /// The user without identities of our scheme that a cookie or a copy has brought from another connection, where they would
    /// name a caller that is not there, and count as signed in.
    /// </summary>
    /// <param name="isForeign">Which identities of our scheme to drop.</param>
    public static ClaimsPrincipal Without(ClaimsPrincipal user, Func<ClaimsIdentity, bool> isForeign)
    {
        bool IsDropped(ClaimsIdentity identity) => identity.AuthenticationType == ConnectAuthenticationDefaults.AuthenticationScheme && isForeign(identity);
        return user.Identities.Any(IsDropped) ? new(user.Identities.Where(identity => !IsDropped(identity))) : user;
    }

    public override ClaimsIdentity Clone() => new CallerIdentity(this);
}
