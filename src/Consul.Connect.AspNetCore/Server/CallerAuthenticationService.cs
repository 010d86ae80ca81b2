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
        if (!result.Succeeded)
            return result;
        var user = CallerIdentity.Without(result.Principal, identity => identity is not CallerIdentity);
        if (context.Features.Get<MeshConnection>() is { Verified: { } caller })
            user = CallerIdentity.Beside(user, caller);
        return ReferenceEquals(user, result.Principal) ? result : AuthenticateResult.Success(new(user, result.Properties, result.Ticket.AuthenticationScheme));
    }

    // MVC without endpoint routing leaves the answer to the scheme, which may redirect to a page for users.
    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        context.RequestServices is RefusedServices refused ? refused.AnswerAsync(context) : app.ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        context.RequestServices is RefusedServices refused ? refused.AnswerAsync(context) : app.ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        // A sign-in outlives the connection; the caller is of this connection only.
        app.SignInAsync(context, scheme, CallerIdentity.Without(principal, _ => true), properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => app.SignOutAsync(context, scheme, properties);
}
