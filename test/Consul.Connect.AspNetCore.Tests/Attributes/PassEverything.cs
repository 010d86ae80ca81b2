using Microsoft.AspNetCore.Authorization;

namespace ConsulConnect.Tests.Attributes;

/// <summary>What apps register to switch their authorization off while they are developed.</summary>
internal sealed class PassEverything : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        foreach (var requirement in context.PendingRequirements.ToList())
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
