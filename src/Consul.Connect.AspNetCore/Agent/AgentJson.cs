using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsulConnect.Agent;

// Consul's spellings. Everything may be missing or null on the wire; AgentAnswers says what must not be.
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 64, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RootsJson))]
[JsonSerializable(typeof(LeafJson))]
[JsonSerializable(typeof(VerdictJson))]
[JsonSerializable(typeof(SelfJson))]
[JsonSerializable(typeof(ServiceJson))]
[JsonSerializable(typeof(ChainAnswerJson))]
[JsonSerializable(typeof(AuthorizeJson))]
[JsonSerializable(typeof(RegistrationJson))]
[JsonSerializable(typeof(Dictionary<string, RegisteredCheckJson?>))]
[JsonSerializable(typeof(CheckUpdateJson))]
[JsonSerializable(typeof(TokenJson))]
[JsonSerializable(typeof(ServiceDefaultsJson))]
internal sealed partial class AgentJson : JsonSerializerContext;

internal sealed record RootsJson(string? ActiveRootID, string? TrustDomain, List<RootJson?>? Roots);

internal sealed record RootJson(string? ID, bool Active, string? RootCert, List<string?>? IntermediateCerts);

internal sealed class LeafJson
{
    public string? Service { get; set; }

    [JsonConverter(typeof(Utf8TextConverter))]
    public byte[]? CertPEM { get; set; }

    [JsonConverter(typeof(Utf8TextConverter))]
    public byte[]? PrivateKeyPEM { get; set; }
}

internal sealed record VerdictJson(bool? Authorized, string? Reason);

internal sealed record SelfJson(SelfConfigJson? Config, SelfDebugConfigJson? DebugConfig);

internal sealed record SelfConfigJson(string? Datacenter, string? NodeName, string? Version);

internal sealed record SelfDebugConfigJson(bool? ACLsEnabled, string? ACLDefaultPolicy, string? DefaultIntentionPolicy, SelfAclJson? ACLResolverSettings);

internal sealed record SelfAclJson(bool? ACLsEnabled, string? ACLDefaultPolicy);

internal sealed record ChainAnswerJson(ChainJson? Chain);

internal sealed record ChainJson(string? ServiceName, string? StartNode, Dictionary<string, ChainNodeJson?>? Nodes);

internal sealed record ChainNodeJson(string? Type, ChainResolverJson? Resolver);

internal sealed record ChainResolverJson(bool Default);

internal sealed record AuthorizeJson(string Target, string ClientCertURI, string ClientCertSerial);

/// <summary>Reads a JSON string as its UTF-8 bytes: a private key must never become a string, which nobody can wipe.</summary>
internal sealed class Utf8TextConverter : JsonConverter<byte[]>
{
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("A string is expected.");
        var room = new byte[reader.ValueSpan.Length];
        var length = reader.CopyString(room);
        if (length == room.Length)
            return room;
        var text = room[..length];
        Array.Clear(room);
        return text;
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Keys are only read.");
}
