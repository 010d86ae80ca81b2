using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>Our authentication scheme: the verified caller of the connection, or nobody.</summary>
internal sealed class CallerAuthenticationHandler : IAuthenticationHandler
{
    private HttpContext? _context;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        if (_context?.Features.Get<IConnectPeerFeature>()?.Peer is not { } caller)
            return Task.FromResult(AuthenticateResult.NoResult());
        var principal = new ClaimsPrincipal(new CallerIdentity(caller, isUser: true));
        return Task.FromResult(AuthenticateResult.Success(new(principal, ConnectAuthenticationDefaults.AuthenticationScheme)));
    }

    public Task ChallengeAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status401Unauthorized);

    public Task ForbidAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status403Forbidden);

    private Task AnswerAsync(int status)
    {
        if (_context is not null)
            _context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
