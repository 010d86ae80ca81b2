using ConsulConnect;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Closes endpoints to whoever is not in the mesh.</summary>
public static class ConsulConnectEndpointConventionBuilderExtensions
{
    /// <summary>Adds a <see cref="ConnectAuthorizeAttribute"/> to the endpoint, or to all of the group.</summary>
    /// <param name="services">Who may call: <c>billing</c>, or <c>namespace/billing</c>; none: every caller of the mesh.</param>
    /// <exception cref="ArgumentException">A name is blank, a wildcard, or has more than one slash.</exception>
    public static TBuilder RequireConnectAuthorization<TBuilder>(this TBuilder builder, params string[] services)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.RequireAuthorization(new ConnectAuthorizeAttribute(services));
    }
}
