using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What the calls by id refuse, all faults at once.</summary>
internal static class LegacyRules
{
    public static void RefusePartitions(IntentionBody body)
    {
        if (!IntentionTarget.IsDefault(body.DestinationPartition))
            throw AgentException.BadRequest("Cannot specify a destination partition with this endpoint");
        if (!IntentionTarget.IsDefault(body.SourcePartition))
            throw AgentException.BadRequest("Cannot specify a source partition with this endpoint");
    }

    public static void RefuseNamespaces(IntentionBody body)
    {
        if (!IntentionTarget.IsDefault(body.SourceNamespace))
            throw AgentException.BadRequest($"Invalid SourceNS({body.SourceNamespace}): Namespaces is a Consul Enterprise feature");
        if (!IntentionTarget.IsDefault(body.DestinationNamespace))
            throw AgentException.BadRequest($"Invalid DestinationNS({body.DestinationNamespace}): Namespaces is a Consul Enterprise feature");
    }

    public static void Validate(IntentionBody body)
    {
        List<string> faults = [];
        if (body.SourceName == "")
            faults.Add("SourceName must be set");
        if (body.DestinationName == "")
            faults.Add("DestinationName must be set");
        if (IsPartial(body.SourceName))
            faults.Add("SourceName: wildcard character '*' cannot be used with partial values");
        if (IsPartial(body.DestinationName))
            faults.Add("DestinationName: wildcard character '*' cannot be used with partial values");
        if (MetaRules.IsLonger(body.Description, MetaRules.LongestValue))
            faults.Add($"Description exceeds maximum length {MetaRules.LongestValue}");
        faults.AddRange(MetaRules.Faults(body.Meta));
        if (body.Action is not ("allow" or "deny"))
            faults.Add("Action must be set to 'allow' or 'deny'");
        if (!body.Permissions.IsEmpty)
            faults.Add("Permissions must not be set");
        if (body.SourceType is not ("" or "consul"))
            faults.Add("SourceType must be set to 'consul'");
        if (faults.Count > 0)
            throw AgentException.Internal(GoText.Errors(faults));
    }

    private static bool IsPartial(string name) => name != "*" && name.Contains('*', StringComparison.Ordinal);
}
