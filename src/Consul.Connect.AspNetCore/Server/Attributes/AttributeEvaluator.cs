using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>
/// The app's evaluation of policies, after the attribute's: a caller the attribute refuses gets our answer, and whether the user
/// could pass is not asked. It reads the attributes themselves, so a policy provider of the app that has another policy under the
/// same name changes nothing.
/// </summary>
internal sealed class AttributeEvaluator(IPolicyEvaluator app, ILogger logger) : IPolicyEvaluator
{
    public Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) => app.AuthenticateAsync(policy, context);

    public Task<PolicyAuthorizationResult> AuthorizeAsync(AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        var asked = resource as AuthorizationFilterContext ?? (object)context;
        if ((!AttributeRules.IsAnnotated(asked) && !policy.Requirements.OfType<ConnectRequirement>().Any()) || AttributeRules.Judge(asked) is not { } refusal)
            return app.AuthorizeAsync(policy, authenticationResult, context, resource);

        Log.RefusedByAttribute(logger, context.GetEndpoint()?.DisplayName, refusal.Why);
        context.RequestServices = new RefusedServices(context.RequestServices, refusal.Status);
        return Task.FromResult(PolicyAuthorizationResult.Forbid());
    }
}
