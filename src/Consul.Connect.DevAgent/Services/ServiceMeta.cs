namespace ConsulConnect.DevAgent.Services;

/// <summary>The bounds of a service's metadata.</summary>
internal static class ServiceMeta
{
    private const int MostPairs = 64;
    private const int LongestKey = 128;
    private const int LongestValue = 512;
    private const string ReservedPrefix = "consul-";

    /// <summary>The first fault in Consul's words; null: there is none.</summary>
    public static string? FaultOf(IReadOnlyDictionary<string, string>? meta)
    {
        if (meta is null)
            return null;
        if (meta.Count > MostPairs)
            return $"Node metadata cannot contain more than {MostPairs} key/value pairs";
        foreach (var (key, value) in meta)
        {
            if (FaultOf(key, value) is { } fault)
                return $"Couldn't load metadata pair ('{key}', '{value}'): {fault}";
        }

        return null;
    }

    private static string? FaultOf(string key, string value)
    {
        if (key == "")
            return "Key cannot be blank";
        if (!key.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            return "Key contains invalid characters";
        if (key.Length > LongestKey)
            return $"Key is too long (limit: {LongestKey} characters)";
        if (key.StartsWith(ReservedPrefix, StringComparison.Ordinal))
            return $"Key prefix '{ReservedPrefix}' is reserved for internal use";
        return value.Length > LongestValue ? $"Value is too long (limit: {LongestValue} characters)" : null;
    }
}
