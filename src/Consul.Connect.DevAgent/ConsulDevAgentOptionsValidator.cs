using ConsulConnect.DevAgent.Acl;

namespace ConsulConnect.DevAgent;

internal static class ConsulDevAgentOptionsValidator
{
    /// <summary>Throws one exception that names all faults.</summary>
    public static void Validate(ConsulDevAgentOptions options)
    {
        var faults = FindFaults(options).ToList();
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("\n", faults), nameof(options));
    }

    private static IEnumerable<string> FindFaults(ConsulDevAgentOptions options)
    {
        if (options.Port is < 0 or > 65535)
            yield return $"Port is {options.Port}; give one from 1 to 65535, or 0 for a free one.";
        if (string.IsNullOrWhiteSpace(options.Datacenter))
            yield return "Datacenter is empty; give a name such as dc1.";
        if (string.IsNullOrWhiteSpace(options.NodeName))
            yield return "NodeName is empty; give a name such as dev.";
        if (options.TrustDomain is { } domain && !(domain.EndsWith(".consul", StringComparison.OrdinalIgnoreCase) && domain.Length > ".consul".Length))
            yield return $"TrustDomain is \"{domain}\"; give a name that ends in .consul.";
        foreach (var (name, policy) in new[] { (nameof(options.AclDefaultPolicy), options.AclDefaultPolicy), (nameof(options.DefaultIntentionPolicy), options.DefaultIntentionPolicy) })
            if (policy is not (null or "allow" or "deny"))
                yield return $"{name} is \"{policy}\"; give allow or deny, or null.";
        if (options.AclDefaultPolicy is null && (options.ManagementToken is not null || options.Tokens.Count > 0))
            yield return "There are tokens, but no ACLs that would ask for them; set AclDefaultPolicy to deny or allow.";
        if (options.LeafLifetime < TimeSpan.FromSeconds(1) || options.LeafLifetime > TimeSpan.FromDays(365))
            yield return $"LeafLifetime is {options.LeafLifetime}; give 1 s to 365 days.";
        if (options.LeafRootChangeSpread < TimeSpan.Zero)
            yield return $"LeafRootChangeSpread is {options.LeafRootChangeSpread}; give zero or more.";
        foreach (var rules in options.Tokens.Values)
            if (AclRulesReader.Fault(rules) is { } fault)
                yield return $"The rules of a token in Tokens cannot be read: {fault}";
    }
}
