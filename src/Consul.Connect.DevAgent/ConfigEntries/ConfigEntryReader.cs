using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>From the body of a write to an entry in Consul's form, with Consul's refusals.</summary>
internal static class ConfigEntryReader
{
    private const string Prefix = "Request decoding failed: ";

    /// <summary>The entry as it was written, by its kind; what cannot be read is 400.</summary>
    public static (string Kind, JsonObject Document) Decode(ReadOnlyMemory<byte> body)
    {
        var document = GoJsonReader.Read(body, Prefix);
        var kind = KindOf(document);
        if (!ConfigKinds.IsKnown(kind))
            throw ConfigDecoder.Refused($"invalid config entry kind: {kind}");
        if (!ConfigKinds.AreKept(kind))
            throw AgentException.Internal($"config entries of kind {GoText.Quote(kind)} are not supported by this agent for development");
        return (kind, ConfigDecoder.Decode(document, ConfigSchemas.Of(kind)));
    }

    /// <summary>The entry as it is kept; what must not be is 500.</summary>
    public static ConfigEntry Complete(string kind, JsonObject document)
    {
        if (kind == ConfigKinds.ServiceIntentions)
        {
            var intentions = IntentionsNormalizer.Normalize(ServiceIntentions.Read(document), isLegacy: false);
            IntentionsValidator.Validate(intentions, isLegacy: false);
            return intentions;
        }

        var entry = DocumentRules.Normalize(kind, document);
        DocumentRules.Validate(entry);
        return entry;
    }

    private static string KindOf(JsonElement document)
    {
        if (document.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw ConfigDecoder.Refused($"'' expected a map, got '{(document.ValueKind == JsonValueKind.Array ? "slice" : ConfigDecoder.GoTypeOf(document))}'");
        if (document.ValueKind == JsonValueKind.Null || !(document.TryGetProperty("Kind", out var kind) || document.TryGetProperty("kind", out kind)))
            throw ConfigDecoder.Refused("Payload does not contain a kind/Kind key at the top level");
        return kind.ValueKind == JsonValueKind.String ? kind.GetString()! : throw ConfigDecoder.Refused("Kind value in payload is not a string");
    }
}
