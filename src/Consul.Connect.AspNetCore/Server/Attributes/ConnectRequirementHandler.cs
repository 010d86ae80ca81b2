using Microsoft.AspNetCore.Authorization;

namespace ConsulConnect.Server;

/// <summary>Applies the attribute where ASP.NET's authorization asks: to requests, and to the methods of hubs.</summary>
internal sealed class ConnectRequirementHandler : AuthorizationHandler<ConnectRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ConnectRequirement requirement)
    {
        // A failure, not just no success: a handler of the app that lets every requirement pass must not undo it.
        if (AttributeRules.Judge(context.Resource) is { } refusal)
            context.Fail(new(this, refusal.Why));
        else
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
