using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>Reads and judges the <c>Config</c> of the built-in provider. Members it does not know are kept and mean nothing.</summary>
internal sealed class CaConfigurationReader(JsonObject config)
{
    private static readonly TimeSpan ShortestLeaf = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLeaf = TimeSpan.FromHours(8760);

    public TimeSpan LeafLifetime => Duration("LeafCertTTL", TimeSpan.FromHours(72));

    private string KeyType => Text("PrivateKeyType") is { Length: > 0 } type ? type : "ec";

    private int KeyBits => config["PrivateKeyBits"] is JsonValue value && value.TryGetValue<int>(out var bits) && bits != 0 ? bits : KeyType == "rsa" ? 2048 : 256;

    /// <summary>What an agent has before anybody configures it.</summary>
    public static JsonObject Default(TimeSpan leafLifetime)
    {
        var config = new JsonObject { ["IntermediateCertTTL"] = "8760h", ["LeafCertTTL"] = Short(leafLifetime), ["RootCertTTL"] = "87600h" };
        // So that what is read can be written back.
        if (leafLifetime < ShortestLeaf || leafLifetime > LongestLeaf / 3)
            config["SkipValidate"] = true;
        return config;
    }

    /// <summary>Ends the call with Consul's words.</summary>
    public void Validate()
    {
        var leaf = LeafLifetime;
        var intermediate = Duration("IntermediateCertTTL", TimeSpan.FromHours(8760));
        if (config["SkipValidate"] is JsonValue skip && skip.GetValueKind() == JsonValueKind.True)
            return;
        if (leaf < ShortestLeaf)
            throw Refuse($"leaf cert TTL must be greater or equal than {GoDuration.Format(ShortestLeaf)}");
        if (leaf > LongestLeaf)
            throw Refuse($"leaf cert TTL must be less than {GoDuration.Format(LongestLeaf)}");
        if (intermediate < 3 * leaf)
            throw Refuse($"Intermediate Cert TTL must be greater or equal than 3 * LeafCertTTL (>={GoDuration.Format(3 * leaf)}).");
        if (KeyType is not ("ec" or "rsa"))
            throw Refuse("private key type must be either 'ec' or 'rsa'");
        if (KeyType == "ec" && KeyBits is not (224 or 256 or 384 or 521))
            throw Refuse("EC key length must be one of (224, 256, 384, 521) bits");
        if (KeyType == "rsa" && KeyBits is not (2048 or 4096))
            throw Refuse("RSA key length must be 2048 or 4096 bits");
    }

    /// <summary>The key this configuration asks for, when it is not the active root's; null: the root stays.</summary>
    public (CaKey Key, X509Certificate2? Certificate)? FindNewRoot(CaRoot active)
    {
        if (Text("PrivateKey") is not { Length: > 0 } pem)
            return KeyType == active.Key.Type && KeyBits == active.Key.Bits ? null : (CaKey.Create(KeyType, KeyBits), null);
        try
        {
            var key = CaKey.Import(pem);
            var certificate = Text("RootCert") is { Length: > 0 } root ? X509Certificate2.CreateFromPem(root) : null;
            var isActive = certificate is null
                ? KeyIdentifier.Of(key.PublicKey).AsSpan().SequenceEqual(KeyIdentifier.Of(active.Certificate.PublicKey))
                : certificate.RawDataMemory.Span.SequenceEqual(active.Certificate.RawDataMemory.Span);
            return isActive ? null : (key, certificate);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Consul repeats the key here; this agent does not.
            throw AgentException.Internal("error generating CA root certificate: error generating CA: error parsing private key or certificate");
        }
    }

    private static AgentException Refuse(string reason) => AgentException.Internal("error configuring provider: " + reason);

    private static string Short(TimeSpan duration) => duration.Ticks % TimeSpan.TicksPerHour == 0 ? $"{duration.TotalHours}h" : GoDuration.Format(duration);

    private string? Text(string name) => config[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private TimeSpan Duration(string name, TimeSpan otherwise)
    {
        if (Text(name) is not { Length: > 0 } text)
            return otherwise;
        return GoDuration.TryParse(text, out var duration)
            ? duration
            : throw Refuse($"error decoding config: 1 error(s) decoding:\n\n* error decoding '{name}': time: invalid duration \"{text}\"");
    }
}
