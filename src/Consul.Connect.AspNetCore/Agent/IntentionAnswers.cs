using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>
/// Reads a match answer. Unlike elsewhere an unknown member matters, at any level: it may narrow an allow or widen a deny, so the
/// intention is marked as not understood.
/// </summary>
internal static class IntentionAnswers
{
    private const int MostIntentions = 10_000;

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
        var permissions = reader.List("Permissions");
        foreach (var permission in permissions)
            Check(permission, reader);

        var action = reader.Text("Action");
        if (permissions.Count > 0 ? action.Length > 0 : action.Length == 0)
            reader.NotUnderstood(permissions.Count > 0 ? "Action beside Permissions" : "neither Action nor Permissions");
        else if (action is not ("" or "allow" or "deny"))
            reader.NotUnderstood($"Action {action}");
        var type = reader.Text("SourceType", "consul");
        if (type != "consul")
            reader.NotUnderstood($"SourceType {type}");
        if (reader.Has("JWT"))
            reader.NotUnderstood("JWT");
        if (reader.Text("SourceSamenessGroup").Length > 0)
            reader.NotUnderstood("SourceSamenessGroup");
        reader.Ignore("ID", "Description", "Meta", "CreatedAt", "UpdatedAt", "Hash", "CreateIndex", "ModifyIndex", "DefaultAddr", "DefaultPort", "DestinationPartition");
        return new(
            type,
            reader.Text("SourcePartition", "default"),
            reader.Text("SourceNS", "default"),
            reader.Required("SourceName"),
            reader.Text("SourcePeer"),
            reader.Text("DestinationNS", "default"),
            reader.Required("DestinationName"),
            action,
            permissions.Count > 0,
            reader.Number("Precedence"),
            reader.Finish());
    }

    private static void Check(JsonElement entry, IntentionReader intention)
    {
        var permission = new IntentionReader(entry);
        var action = permission.Text("Action");
        if (action is not ("allow" or "deny"))
            intention.NotUnderstood($"the Action {action} of a permission");
        if (permission.Has("JWT"))
            intention.NotUnderstood("JWT");
        if (permission.Has("HTTP"))
        {
            var http = new IntentionReader(permission.Take("HTTP"));
            http.Ignore("PathExact", "PathPrefix", "PathRegex", "Methods");
            foreach (var member in http.List("Header"))
            {
                var header = new IntentionReader(member);
                header.Ignore("Name", "Present", "Exact", "Prefix", "Suffix", "Contains", "Regex", "Invert", "IgnoreCase");
                intention.NotUnderstood(header.Finish());
            }

            intention.NotUnderstood(http.Finish());
        }

        intention.NotUnderstood(permission.Finish());
    }
}
