using Microsoft.AspNetCore.Authorization;

namespace ConsulConnect.Server;

/// <summary>What the policy of <see cref="ConnectAuthorizeAttribute"/> holds, and nothing else: no user, no scheme.</summary>
internal sealed class ConnectRequirement : IAuthorizationRequirement
{
    public static AuthorizationPolicy Policy => new([new ConnectRequirement()], []);

    public override string ToString() => "A caller of the mesh that [ConnectAuthorize] admits";
}
