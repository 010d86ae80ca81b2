using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Refuses the intentions Consul refuses, with the first fault and in its words.</summary>
internal static class IntentionsValidator
{
    public static void Validate(ServiceIntentions intentions, bool isLegacy)
    {
        if (Fault(intentions, isLegacy) is { } fault)
            throw AgentException.Internal(fault);
    }

    private static string? Fault(ServiceIntentions intentions, bool isLegacy)
    {
        if (intentions.Name == "")
            return "Name is required";
        if (WildcardFault(intentions.Name) is { } partial)
            return partial;
        if (FaultOfJwt(intentions.Jwt) is { } jwt)
            return jwt;
        if (isLegacy && !intentions.Meta.IsEmpty)
            return "Meta must be omitted for legacy intention writes";
        if (!isLegacy && MetaRules.Faults(intentions.Meta) is { Count: > 0 } faults)
            return GoText.Errors(faults);
        if (intentions.Sources.IsEmpty)
            return "At least one source is required";

        var seen = new HashSet<(string Name, string Peer, string Group)>();
        for (var i = 0; i < intentions.Sources.Length; i++)
        {
            var source = intentions.Sources[i];
            if (SourceFault(source, intentions.HasWildcardDestination, isLegacy, i) is { } fault)
                return fault;
            if (!seen.Add((source.Name, source.Peer, source.SamenessGroup)))
                return $"Sources[{i}] defines {(source.Peer == "" ? "" : $"peer({GoText.Quote(source.Peer)}) ")}{GoText.Quote(source.Name)} more than once";
        }

        return null;
    }

    private static string? SourceFault(SourceIntention source, bool hasWildcardDestination, bool isLegacy, int i)
    {
        var at = $"Sources[{i}]";
        if (source.Name == "")
            return $"{at}.Name is required";
        if (source.SamenessGroup != "")
            return $"{at}.SamenessGroup: sameness-groups are an enterprise-only feature ";
        if (WildcardFault(source.Name) is { } partial)
            return $"{at}.{partial}";
        if (source.Peer.Contains('*', StringComparison.Ordinal))
            return $"{at}.Peer: cannot use wildcard '*' in peer";
        if (MetaRules.IsLonger(source.Description, MetaRules.LongestValue))
            return $"{at}.Description exceeds maximum length {MetaRules.LongestValue}";
        if (LegacyFault(source, isLegacy, at) is { } legacy)
            return legacy;
        if ((isLegacy || source.Permissions.IsEmpty) && source.Action is not ("allow" or "deny"))
            return $"{at}.Action must be set to 'allow' or 'deny'";
        if (!source.Permissions.IsEmpty && source.Action != "")
            return $"{at}.Action must be omitted if Permissions are specified";
        if (!source.Permissions.IsEmpty && hasWildcardDestination)
            return $"{at}.Permissions cannot be specified on intentions with wildcarded destinations";
        if (source.Type != "consul")
            return $"{at}.Type must be set to 'consul'";
        for (var j = 0; j < source.Permissions.Length; j++)
            if (PermissionRules.Fault(source.Permissions[j], $"{at}.Permissions[{j}]") is { } fault)
                return fault;
        return null;
    }

    private static string? LegacyFault(SourceIntention source, bool isLegacy, string at)
    {
        if (isLegacy && source.Peer != "")
            return $"{at}.Peer cannot be set by legacy intentions";
        if (isLegacy)
            return MetaRules.Faults(source.Legacy!.Meta, $"{at}.").FirstOrDefault();
        return source.Legacy is { Meta.IsEmpty: false } ? $"{at}.LegacyMeta must be omitted" : null;
    }

    /// <summary>A JWT requirement names its providers.</summary>
    public static string? FaultOfJwt(JwtRequirement? jwt)
    {
        var nameless = jwt?.Providers.Count(provider => provider.Name == "") ?? 0;
        return nameless == 0 ? null : GoText.Errors([.. Enumerable.Repeat("JWT provider name is required", nameless)]);
    }

    private static string? WildcardFault(string name) =>
        name != "*" && name.Contains('*', StringComparison.Ordinal) ? "Name: wildcard character '*' cannot be used with partial values" : null;
}
