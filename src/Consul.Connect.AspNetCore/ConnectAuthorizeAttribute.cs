using Microsoft.AspNetCore.Authorization;

namespace ConsulConnect;

/// <summary>
/// Lets only verified callers of the mesh in, and of those only the named ones where names are given: others get 403, whoever is
/// not in the mesh gets 401. Several of them must all hold. It judges the service that calls, never the signed-in user, whom
/// <see cref="AuthorizeAttribute"/> judges; where both stand, both must hold.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class ConnectAuthorizeAttribute : AuthorizeAttribute
{
    internal const string PolicyName = "ConsulConnect";
    private const string DefaultNamespace = "default";

    private readonly (string Namespace, string Name)[] _admitted;

    /// <param name="services">
    /// Who may call: <c>billing</c> of the default namespace, or <c>namespace/billing</c>, both of this service's own partition and
    /// in the very spelling of the catalog; none: every caller of the mesh.
    /// </param>
    /// <exception cref="ArgumentException">A name is blank, a wildcard, or has more than one slash.</exception>
    public ConnectAuthorizeAttribute(params string[] services) : base(PolicyName)
    {
        ArgumentNullException.ThrowIfNull(services);
        _admitted = [.. services.Select(Parse)];
        Services = [.. services];
    }

    /// <summary>Who may call; empty: every caller of the mesh.</summary>
    public IReadOnlyList<string> Services { get; }

    // Another policy would leave hub methods without the rule; hidden, it cannot be set where the attribute is written.
    /// <summary>The policy that holds the rule; it cannot be another.</summary>
    public new string? Policy => base.Policy;

    /// <param name="partition">This service's own, whose services alone have a name here.</param>
    internal bool Admits(ConnectPeer caller, string partition) =>
        _admitted.Length == 0 || (caller.Partition == partition && Array.IndexOf(_admitted, (caller.Namespace, caller.Service)) >= 0);

    private static (string Namespace, string Name) Parse(string service)
    {
        var parts = service?.Split('/') ?? [];
        if (parts.Length is 0 or > 2 || parts.Any(part => part.Length == 0 || part.Any(letter => letter == '*' || char.IsWhiteSpace(letter))))
            throw new ArgumentException($"\"{service}\" names no service; write \"billing\", or \"namespace/billing\" for one outside the default namespace. For every caller of the mesh write no name.", nameof(service));
        return parts is [var @namespace, var name] ? (@namespace, name) : (DefaultNamespace, parts[0]);
    }
}
