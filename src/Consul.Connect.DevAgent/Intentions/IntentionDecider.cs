using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Finds the intention that decides about a connection. Requests are not looked at, so permissions deny.</summary>
internal sealed class IntentionDecider(ConfigStore store)
{
    /// <summary>The first intention in order of precedence whose source is this one; null: none, so the default policy decides.</summary>
    /// <param name="sourceNamespace">Of the caller's identity; sources of a community agent all live in <c>default</c>.</param>
    /// <param name="sourceName">Compared in its case.</param>
    /// <param name="destination">The target, in any case.</param>
    public IntentionVerdict? Match(string sourceNamespace, string sourceName, string destination)
    {
        // Not even the source "*" means another namespace.
        if (!sourceNamespace.Equals("default", StringComparison.OrdinalIgnoreCase))
            return null;
        foreach (var intention in IntentionMatcher.ByDestination(store.Current, destination))
            if (intention.Source.IsLocal && (intention.Source.Name == sourceName || intention.Source.Name == "*"))
            {
                var isL4 = intention.Source.Permissions.IsEmpty;
                return new(isL4 && intention.Source.Action == "allow", $"Matched {(isL4 ? "L4" : "L7")} intention: {intention}");
            }

        return null;
    }
}
