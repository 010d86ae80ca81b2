using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ConsulConnect.Server;

/// <summary>
/// The user of a request on a mesh connection: whoever the app assigns, and the caller beside it. As the feature behind
/// <c>HttpContext.User</c> it adds the caller to each assignment.
/// </summary>
internal sealed class MeshUser(ConnectPeer caller) : IHttpAuthenticationFeature
{
    private ClaimsPrincipal? _user;

    public ClaimsPrincipal? User
    {
        get => _user ??= CallerIdentity.Beside(new ClaimsPrincipal(new ClaimsIdentity()), caller);
        set => _user = value is null ? null : CallerIdentity.Beside(value, caller);
    }
}
