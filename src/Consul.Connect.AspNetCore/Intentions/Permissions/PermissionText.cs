using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>Permissions as text, in Consul's own words.</summary>
internal static class PermissionText
{
    public static string Of(Permission permission) =>
        $"{permission.Action} {(permission.Http is { } http ? Of(http) : "")} {permission.RequiresJwt} {permission.Unknown} {permission.Http?.Unknown}";

    public static string Of(HttpCondition http)
    {
        var parts = new List<string>(4);
        Add(parts, "PathExact", http.PathExact);
        Add(parts, "PathPrefix", http.PathPrefix);
        Add(parts, "PathRegex", http.PathRegex);
        if (http.Methods.Count > 0)
            parts.Add($"Methods {string.Join('|', http.Methods)}");
        foreach (var header in http.Headers)
            parts.Add($"Header {Of(header)}");
        return string.Join(", ", parts);
    }

    public static string Of(HeaderCondition header)
    {
        var parts = new List<string>(4) { header.Name };
        if (header.Invert)
            parts.Add("not");
        if (header.Present)
            parts.Add("Present");
        Add(parts, "Exact", header.Exact);
        Add(parts, "Prefix", header.Prefix);
        Add(parts, "Suffix", header.Suffix);
        Add(parts, "Contains", header.Contains);
        Add(parts, "Regex", header.Regex);
        if (header.IgnoreCase)
            parts.Add("in any case");
        if (header.Unknown is not null)
            parts.Add(header.Unknown);
        return string.Join(' ', parts);
    }

    private static void Add(List<string> parts, string kind, string value)
    {
        if (value.Length > 0)
            parts.Add($"{kind} {value}");
    }
}
