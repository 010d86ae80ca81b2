using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>
/// ASP.NET refuses to run an endpoint with the attribute that no authorization has seen, unless the app has switched that check off.
/// Then the attribute is applied by the endpoint itself.
/// </summary>
internal sealed class UncheckedEndpoints(IOptions<RouteOptions> routing) : MatcherPolicy, IEndpointSelectorPolicy
{
    // One for each, because ASP.NET keeps what it knows of an endpoint by reference.
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _guarded = [];

    // After those that put an endpoint in another's place, such as the compiled Razor page.
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => routing.Value.SuppressCheckForUnhandledSecurityMetadata;

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && candidates[i] is { Endpoint: RouteEndpoint { RequestDelegate: not null } endpoint } candidate && IsAnnotated(endpoint))
                candidates.ReplaceEndpoint(i, _guarded.GetValue(endpoint, Guard), candidate.Values);
        }

        return Task.CompletedTask;
    }

    private static bool IsAnnotated(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ConnectAuthorizeAttribute>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private RouteEndpoint Guard(Endpoint endpoint)
    {
        var (route, run) = ((RouteEndpoint)endpoint, endpoint.RequestDelegate!);
        return new(context => AttributeRules.Judge(context) is { } refusal ? RefusalAnswer.WriteAsync(context, refusal.Status) : run(context), route.RoutePattern, route.Order, route.Metadata, route.DisplayName);
    }
}
