using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ConsulConnect.Server;

/// <summary>
/// The user of a request on a mesh connection: whatever the app's authentication assigns, and the caller beside it. As the
/// feature behind <c>HttpContext.User</c> it adds the caller to each assignment, so no middleware order can lose it.
/// </summary>
internal sealed class MeshUser(ConnectPeer caller) : IHttpAuthenticationFeature
{
    private ClaimsPrincipal? _user;

    public ClaimsPrincipal? User
    {
        get => _user ??= WithCaller(new ClaimsPrincipal(new ClaimsIdentity()));
        set => _user = value is null ? null : WithCaller(value);
    }

    private ClaimsPrincipal WithCaller(ClaimsPrincipal user)
    {
        if (user.Identities.Any(identity => identity.AuthenticationType == ConnectAuthenticationDefaults.AuthenticationScheme))
            return user;
        // A copy, because an app may share one principal between requests.
        var both = user.Clone();
        both.AddIdentity(new CallerIdentity(caller, isUser: false));
        return both;
    }
}

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

    public override ClaimsIdentity Clone() => new CallerIdentity(this);
}
