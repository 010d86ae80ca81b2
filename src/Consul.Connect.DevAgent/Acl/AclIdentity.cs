using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Acl;

/// <summary>What a token may do. An exact rule precedes a prefix, a longer prefix a shorter one; without a rule the default policy decides.</summary>
/// <param name="accessorId">Names the token in a refusal; null: the anonymous token.</param>
internal sealed class AclIdentity(string? accessorId, IReadOnlyList<AclRule> rules, AccessLevel otherwise)
{
    public string? AccessorId => accessorId;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: it lives until it is revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What becomes of a call that no intention names, when nothing else is configured.</summary>
    public bool AllowsIntentionsByDefault => otherwise != AccessLevel.Deny;

    public bool CanReadService(string name) => May("service", name, AccessLevel.Read);

    public bool CanWriteService(string name) => May("service", name, AccessLevel.Write);

    public bool CanWriteAnyService => MayAny("service", AccessLevel.Write);

    /// <summary>For the destination <c>*</c> a right on any service is enough.</summary>
    public bool CanReadIntentions(string destination) => destination == "*" ? MayAny("intentions", AccessLevel.Read) : May("intentions", destination, AccessLevel.Read);

    /// <summary>For the destination <c>*</c> it takes the right on all services.</summary>
    public bool CanWriteIntentions(string destination) => destination == "*" ? MayAll("intentions", AccessLevel.Write) : May("intentions", destination, AccessLevel.Write);

    public bool CanReadNode(string name) => May("node", name, AccessLevel.Read);

    public bool CanWriteNode(string name) => May("node", name, AccessLevel.Write);

    public bool CanReadAgent(string node) => May("agent", node, AccessLevel.Read);

    public bool CanReadQuery(string name) => May("query", name, AccessLevel.Read);

    public bool CanWriteQuery(string name) => May("query", name, AccessLevel.Write);

    public bool CanReadOperator => May("operator", "", AccessLevel.Read);

    public bool CanWriteOperator => May("operator", "", AccessLevel.Write);

    /// <summary>The same questions by the names Consul has for them; what it does not know is denied.</summary>
    public bool May(string resource, string name, string access) => (resource, access) switch
    {
        ("service", "read") => CanReadService(name),
        ("service", "write") => CanWriteService(name),
        ("intention", "read") => CanReadIntentions(name),
        ("intention", "write") => CanWriteIntentions(name),
        ("node", "read") => CanReadNode(name),
        ("node", "write") => CanWriteNode(name),
        ("agent", "read") => CanReadAgent(name),
        ("query", "read") => CanReadQuery(name),
        ("query", "write") => CanWriteQuery(name),
        ("operator", "read") => CanReadOperator,
        ("operator", "write") => CanWriteOperator,
        _ => false,
    };

    /// <summary>Ends the call unless it is allowed.</summary>
    /// <param name="allowed">The answer of a question above.</param>
    /// <param name="permission">What is asked, as Consul names it: <c>service:write</c>.</param>
    /// <param name="resource">The name it is asked on; null: the permission has none.</param>
    public void Demand(bool allowed, string permission, string? resource = null)
    {
        if (!allowed)
            throw Lacks(permission, resource);
    }

    public AgentException Lacks(string permission, string? resource = null, bool hasReadHeaders = false)
    {
        var on = resource is null ? "" : $" on \"{resource}\"";
        var text = accessorId is null
            ? $"Permission denied: anonymous token lacks permission '{permission}'{on}. The anonymous token is used implicitly when a request does not specify a token."
            : $"Permission denied: token with AccessorID '{accessorId}' lacks permission '{permission}'{on}";
        return new(403, text) { HasReadHeaders = hasReadHeaders };
    }

    private bool May(string resource, string name, AccessLevel needed)
    {
        var rule = rules.Where(one => one.Resource == resource && one.Covers(name)).MaxBy(one => (!one.IsPrefix, one.Name.Length));
        return (rule?.Access ?? otherwise) >= needed;
    }

    private bool MayAny(string resource, AccessLevel needed) => otherwise >= needed || rules.Any(one => one.Resource == resource && one.Access >= needed);

    private bool MayAll(string resource, AccessLevel needed) => May(resource, "", needed) && rules.Where(one => one.Resource == resource).All(one => one.Access >= needed);
}
