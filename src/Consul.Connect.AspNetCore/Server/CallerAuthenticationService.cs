using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>
/// The app's authentication, whose results on mesh connections hold the caller too: <c>UseAuthentication</c> puts a feature of
/// its own in the place of <see cref="MeshUser"/>, and fills it with such a result.
/// </summary>
internal sealed class CallerAuthenticationService(IAuthenticationService app) : IAuthenticationService
{
    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        var result = await app.AuthenticateAsync(context, scheme);
        if (!result.Succeeded || context.Features.Get<MeshConnection>() is not { Verified: { } caller })
            return result;
        var both = CallerIdentity.Beside(result.Principal, caller);
        return ReferenceEquals(both, result.Principal) ? result : AuthenticateResult.Success(new(both, result.Properties, result.Ticket.AuthenticationScheme));
    }

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => app.ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => app.ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) => app.SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => app.SignOutAsync(context, scheme, properties);
}
