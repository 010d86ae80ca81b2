using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.SignalR;

namespace ConsulConnect.Server;

/// <summary>
/// What <see cref="ConnectAuthorizeAttribute"/> says about a request, or about the call of a hub's method. The caller is the
/// connection's; <c>HttpContext.User</c>, which the app may set, is never read.
/// </summary>
internal static class AttributeRules
{
    /// <param name="resource">What ASP.NET asks about; of anything but a request and a hub's call nobody knows the caller.</param>
    /// <returns>Null when the caller may pass.</returns>
    public static AttributeRefusal? Judge(object? resource) => resource switch
    {
        HttpContext request => Judge(Of(request), request.Features),
        HubInvocationContext call => Judge(Of(call), call.Context.GetHttpContext()?.Features ?? call.Context.Features),
        // MVC without endpoint routing.
        AuthorizationFilterContext action => Judge(Of(action), action.HttpContext.Features),
        _ => new(StatusCodes.Status401Unauthorized, "no request is known, and so no caller"),
    };

    /// <summary>Whether the attribute stands on what is asked about.</summary>
    public static bool IsAnnotated(object? resource) => resource switch
    {
        HttpContext request => Of(request).Any(),
        AuthorizationFilterContext action => Of(action).Any(),
        _ => false,
    };

    private static AttributeRefusal? Judge(IEnumerable<ConnectAuthorizeAttribute> attributes, IFeatureCollection features)
    {
        if (features.Get<IConnectPeerFeature>()?.Peer is not { } caller)
            return new(StatusCodes.Status401Unauthorized, "no caller of the mesh");

        // Taken even if a name refuses below: the endpoint has applied it, whatever else it demands.
        if (features.Get<PendingDecision>() is { } pending)
        {
            pending.Taken = true;
            if (!pending.Decision.Allowed)
                return new(StatusCodes.Status403Forbidden, pending.Decision.Explanation);
        }

        // Only under a test server there is no connection, and its callers are made in the default partition.
        var partition = features.Get<MeshConnection>()?.Served?.Service.Credentials.Current?.Self.Partition ?? "default";
        var unmet = attributes.FirstOrDefault(attribute => !attribute.Admits(caller, partition));
        return unmet is null ? null : new(StatusCodes.Status403Forbidden, $"{caller} is not among {string.Join(", ", unmet.Services)}");
    }

    private static IReadOnlyList<ConnectAuthorizeAttribute> Of(HttpContext request) => request.GetEndpoint()?.Metadata.GetOrderedMetadata<ConnectAuthorizeAttribute>() ?? [];

    private static IEnumerable<ConnectAuthorizeAttribute> Of(AuthorizationFilterContext action) => action.ActionDescriptor.EndpointMetadata.OfType<ConnectAuthorizeAttribute>();

    private static IEnumerable<ConnectAuthorizeAttribute> Of(HubInvocationContext call) =>
        call.Hub.GetType().GetCustomAttributes<ConnectAuthorizeAttribute>(inherit: true).Concat(call.HubMethod.GetCustomAttributes<ConnectAuthorizeAttribute>(inherit: true));
}
