using System.Text.RegularExpressions;

namespace ConsulConnect.DevAgent.Authority;

internal enum SpiffeKind
{
    Service,

    /// <summary>An agent, a server, a gateway of the mesh or the authority itself: an identity, and no service's.</summary>
    Other,
}

/// <summary>An identity as Consul reads it: the scheme in any case, query and fragment ignored, each part decoded once.</summary>
internal sealed partial record SpiffeId(SpiffeKind Kind, string Partition, string Namespace, string Service)
{
    /// <summary>Null: it is none.</summary>
    public static SpiffeId? Parse(string text)
    {
        var uri = Uri().Match(text);
        if (!uri.Success)
            return null;
        var path = uri.Groups["path"].Value;
        if (path.Length == 0)
            return uri.Groups["host"].Value.IndexOf('.', StringComparison.Ordinal) > 0 ? new(SpiffeKind.Other, "default", "", "") : null;
        if (OtherPath().Match(path) is { Success: true } other)
            return new(SpiffeKind.Other, PartitionOf(other), "", "");
        return ServicePath().Match(path) is { Success: true } service
            ? new(SpiffeKind.Service, PartitionOf(service), Decode(service, "namespace"), Decode(service, "service"))
            : null;
    }

    /// <summary>The identity of a service, escaped as Go escapes a path.</summary>
    public static string OfService(string trustDomain, string datacenter, string service) => $"spiffe://{trustDomain}/ns/default/dc/{Escape(datacenter)}/svc/{Escape(service)}";

    private static string PartitionOf(Match match) => match.Groups["partition"].Success ? Decode(match, "partition").ToLowerInvariant() : "default";

    private static string Decode(Match match, string group) => System.Uri.UnescapeDataString(match.Groups[group].Value);

    private static string Escape(string part) => PathCharacter().Replace(System.Uri.EscapeDataString(part), one => System.Uri.UnescapeDataString(one.Value));

    [GeneratedRegex(@"\A(?i:spiffe)://(?<host>[^/?#\x00-\x20\x7f]*)(?<path>(/([^?#%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*)?)([?#].*)?\z")]
    private static partial Regex Uri();

    [GeneratedRegex(@"\A(/ap/(?<partition>[^/]+))?/ns/(?<namespace>[^/]+)/dc/[^/]+/svc/(?<service>[^/]+)\z")]
    private static partial Regex ServicePath();

    [GeneratedRegex(@"\A((/ap/(?<partition>[^/]+))?/(agent/client/dc/[^/]+/id/[^/]+|gateway/mesh/dc/[^/]+)|/agent/server/dc/[^/]+)\z")]
    private static partial Regex OtherPath();

    // $ & + , : ; = @ stay as they are.
    [GeneratedRegex("%(24|26|2B|2C|3A|3B|3D|40)")]
    private static partial Regex PathCharacter();
}
