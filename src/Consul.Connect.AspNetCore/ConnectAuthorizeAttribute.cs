using Microsoft.AspNetCore.Authorization;

namespace ConsulConnect;

/// <summary>Lets only verified callers of the mesh in, and of those only the named ones where names are given.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class ConnectAuthorizeAttribute : AuthorizeAttribute
{
    internal const string PolicyName = "ConsulConnect";

    /// <param name="services">Who may call: <c>billing</c>, or <c>namespace/billing</c>; none: every caller of the mesh.</param>
    public ConnectAuthorizeAttribute(params string[] services) : base(PolicyName)
    {
        ArgumentNullException.ThrowIfNull(services);
        Services = [.. services];
    }

    /// <summary>Who may call; empty: every caller of the mesh.</summary>
    public IReadOnlyList<string> Services { get; }
}
