using System.Collections.Frozen;

namespace ConsulConnect.Configuration;

/// <summary>The keys of one section.</summary>
/// <param name="Path">The section.</param>
/// <param name="Known">What is read.</param>
internal sealed record SectionKeys(string Path, params string[] Known)
{
    /// <summary>Whether other children belong to other libraries and are left alone.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether it is Consul's own service definition, which also has the spelling of agent files.</summary>
    public bool IsDefinition { get; init; }

    /// <summary>The other spellings of a key, where separating its words does not give them.</summary>
    public FrozenDictionary<string, string[]> Spellings { get; init; } = FrozenDictionary<string, string[]>.Empty;

    /// <summary>What Consul knows here and an app in the mesh cannot have, with why not and what to do, to follow the key.</summary>
    public FrozenDictionary<string, string> Refused { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What Consul's documentation shows and no agent reads, with why, to follow the key.</summary>
    public FrozenDictionary<string, string> Idle { get; init; } = FrozenDictionary<string, string>.Empty;

    public static SectionKeys Root { get; } = new("Consul",
        "Address", "Token", "TokenFile", "Datacenter", "Namespace", "Partition", "WaitTime", "MaxConnections", "AllowInsecureAgent",
        "Tls", "Service", "Registration", "Connect", "Services")
    { IsShared = true };

    public static SectionKeys Tls { get; } = new("Consul:Tls", "CaFile", "CaPath", "CertFile", "KeyFile", "ServerName");

    public static SectionKeys Registration { get; } = new("Consul:Registration", "Enabled", "OnShutdown", "PropagationDelay", "DrainTime", "FailFast");

    public static SectionKeys Connect { get; } = new("Consul:Connect",
        "Service", "Authorization", "RequestNormalization", "HandshakeTimeout", "MaxConcurrentHandshakes", "Certificates", "Upstreams");

    public static SectionKeys Authorization { get; } = new("Consul:Connect:Authorization",
        "Provider", "DefaultPolicy", "Mode", "Scope", "RevocationGrace", "PollInterval", "MaxStaleness");

    public static SectionKeys RequestNormalization { get; } = new("Consul:Connect:RequestNormalization",
        "MergeSlashes", "PathWithEscapedSlashesAction", "HeadersWithUnderscoresAction", "InsecureDisablePathNormalization");

    public static SectionKeys Certificates { get; } = new("Consul:Connect:Certificates", "CertFile", "KeyFile", "CaFile");

    public static SectionKeys Upstream { get; } = new("Consul:Connect:Upstreams",
        "Service", "Datacenter", "Namespace", "Partition", "Protocol", "Balancer", "OnlyPassing", "Retries", "Address", "Identity");

    /// <summary>The key of ours that this spelling means, or null.</summary>
    public string? Find(string spelling) => Array.Find(Known, key => Means(spelling, key));

    /// <summary>Why this spelling is refused, or null.</summary>
    public string? Refusal(string spelling) => Reason(Refused, spelling);

    /// <summary>Why this spelling does nothing, or null.</summary>
    public string? Idleness(string spelling) => Reason(Idle, spelling);

    /// <summary>The spelling that was probably meant, in the manner of the one that was written.</summary>
    public string Nearest(string spelling) =>
        NearestKey.Of(spelling, spelling.Contains('_', StringComparison.Ordinal) ? Known.SelectMany(Others).Except(Known, StringComparer.OrdinalIgnoreCase).Concat(Known) : Known);

    private string? Reason(FrozenDictionary<string, string> reasons, string spelling) =>
        reasons.Keys.FirstOrDefault(key => Means(spelling, key)) is { } key ? reasons[key] : null;

    private bool Means(string spelling, string key) =>
        spelling.Equals(key, StringComparison.OrdinalIgnoreCase) || Others(key).Contains(spelling, StringComparer.OrdinalIgnoreCase);

    private string[] Others(string key) =>
        !IsDefinition ? [] : Spellings.TryGetValue(key, out var spellings) ? spellings : [SnakeCase(key)];

    private static string SnakeCase(string key) =>
        string.Concat(key.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
}
