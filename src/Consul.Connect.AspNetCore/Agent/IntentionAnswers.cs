using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>
/// Reads a match answer. Unlike elsewhere an unknown member matters, at any level: it may narrow an allow or widen a deny, so what
/// it is a member of is marked as not understood.
/// </summary>
internal static class IntentionAnswers
{
    private const int MostIntentions = 10_000;
    private const int MostPermissions = 1_000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <param name="body">The body.</param>
    /// <param name="destination">The name that was asked for: the answer is keyed by it.</param>
    public static IntentionMatch Match(ReadOnlyMemory<byte> body, string destination)
    {
        using var document = JsonDocument.Parse(body, Strict);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(destination, out var list))
            throw new FormatException("it says nothing about the service that was asked for");
        if (list.ValueKind == JsonValueKind.Null)
            return new([]);
        if (list.ValueKind != JsonValueKind.Array)
            throw new FormatException("its intentions are no list");
        if (list.GetArrayLength() > MostIntentions)
            throw new FormatException($"it lists more than {MostIntentions} intentions");
        return new([.. list.EnumerateArray().Select(Read)]);
    }

    private static Intention Read(JsonElement entry)
    {
        var reader = new IntentionReader(entry);
        var permissions = reader.List("Permissions").Select(ReadPermission).ToArray();
        if (permissions.Length > MostPermissions)
            throw new FormatException($"an intention has more than {MostPermissions} permissions");

        var action = reader.Text("Action");
        if (permissions.Length > 0 ? action.Length > 0 : action.Length == 0)
            reader.NotUnderstood(permissions.Length > 0 ? "Action beside Permissions" : "neither Action nor Permissions");
        else if (action is not ("" or "allow" or "deny"))
            reader.NotUnderstood($"Action {action}");
        var type = reader.Text("SourceType", "consul");
        if (type != "consul")
            reader.NotUnderstood($"SourceType {type}");
        var jwt = reader.Has("JWT");
        if (reader.Text("SourceSamenessGroup").Length > 0)
            reader.NotUnderstood("SourceSamenessGroup");
        reader.Ignore("ID", "Description", "Meta", "CreatedAt", "UpdatedAt", "Hash", "CreateIndex", "ModifyIndex", "DefaultAddr", "DefaultPort", "DestinationPartition", "JWT");
        return new(
            type,
            reader.Text("SourcePartition", "default"),
            reader.Text("SourceNS", "default"),
            reader.Required("SourceName"),
            reader.Text("SourcePeer"),
            reader.Text("DestinationNS", "default"),
            reader.Required("DestinationName"),
            action,
            permissions,
            jwt,
            reader.Number("Precedence"),
            reader.Finish());
    }

    private static Permission ReadPermission(JsonElement entry)
    {
        var reader = new IntentionReader(entry);
        var jwt = reader.Has("JWT");
        reader.Ignore("JWT");
        return new(
            reader.Text("Action"),
            reader.Has("HTTP") ? ReadHttp(reader.Take("HTTP")) : null,
            jwt,
            reader.Finish());
    }

    private static HttpCondition ReadHttp(JsonElement entry)
    {
        var reader = new IntentionReader(entry);
        return new(
            reader.Text("PathExact"),
            reader.Text("PathPrefix"),
            reader.Text("PathRegex"),
            reader.Texts("Methods"),
            [.. reader.List("Header").Select(ReadHeader)],
            reader.Finish());
    }

    private static HeaderCondition ReadHeader(JsonElement entry)
    {
        var reader = new IntentionReader(entry);
        return new(
            reader.Text("Name"),
            reader.Flag("Present"),
            reader.Text("Exact"),
            reader.Text("Prefix"),
            reader.Text("Suffix"),
            reader.Text("Contains"),
            reader.Text("Regex"),
            reader.Flag("Invert"),
            reader.Flag("IgnoreCase"),
            reader.Finish());
    }
}
