namespace ConsulConnect.Configuration;

/// <summary>The keys of one section.</summary>
/// <param name="Path">The section.</param>
/// <param name="Known">What this version reads.</param>
/// <param name="Later">What is refused until a version reads it.</param>
internal sealed record SectionKeys(string Path, string[] Known, string[] Later)
{
    /// <summary>Whether other children belong to other libraries and are left alone.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether it is Consul's own service definition, which also has the spelling of agent files.</summary>
    public bool IsDefinition { get; init; }

    public static SectionKeys Root { get; } = new("Consul",
        ["Address", "Token", "TokenFile", "Datacenter", "Namespace", "Partition", "WaitTime", "MaxConnections", "AllowInsecureAgent", "Tls", "Service", "Registration", "Connect"],
        ["Services"])
    { IsShared = true };

    public static SectionKeys Tls { get; } = new("Consul:Tls", ["CaFile", "CaPath", "CertFile", "KeyFile", "ServerName"], []);

    public static SectionKeys Registration { get; } = new("Consul:Registration", ["Enabled"], ["OnShutdown", "PropagationDelay", "DrainTime", "FailFast"]);

    public static SectionKeys Service { get; } = new("Consul:Service",
        ["Name", "Id", "Address", "Port", "Tags", "Meta", "Connect"],
        ["Weights", "TaggedAddresses", "EnableTagOverride", "Check", "Checks", "SocketPath", "Kind", "Proxy", "Token", "Namespace", "Partition", "Locality"])
    { IsDefinition = true };

    public static SectionKeys ServiceConnect { get; } = new("Consul:Service:Connect", ["Native"], ["SidecarService"]) { IsDefinition = true };

    public static SectionKeys Connect { get; } = new("Consul:Connect",
        ["Service", "Authorization", "RequestNormalization", "HandshakeTimeout", "MaxConcurrentHandshakes", "Certificates", "Upstreams"],
        []);

    public static SectionKeys Authorization { get; } = new("Consul:Connect:Authorization",
        ["Provider", "DefaultPolicy", "Mode", "Scope", "RevocationGrace", "PollInterval", "MaxStaleness"],
        []);

    public static SectionKeys RequestNormalization { get; } = new("Consul:Connect:RequestNormalization",
        ["MergeSlashes", "PathWithEscapedSlashesAction", "HeadersWithUnderscoresAction", "InsecureDisablePathNormalization"],
        []);

    public static SectionKeys Certificates { get; } = new("Consul:Connect:Certificates", ["CertFile", "KeyFile", "CaFile"], []);

    public static SectionKeys Upstream { get; } = new("Consul:Connect:Upstreams",
        ["Service", "Datacenter", "Namespace", "Partition", "Protocol", "Balancer", "OnlyPassing", "Retries", "Address", "Identity"],
        []);

    /// <summary>The key of ours that this spelling means, or null.</summary>
    public string? Find(string spelling) =>
        Array.Find(Known, key => Means(spelling, key)) ?? Array.Find(Later, key => Means(spelling, key));

    public bool IsLater(string key) => Array.IndexOf(Later, key) >= 0;

    private bool Means(string spelling, string key) =>
        spelling.Equals(key, StringComparison.OrdinalIgnoreCase)
        || (IsDefinition && spelling.Equals(SnakeCase(key), StringComparison.OrdinalIgnoreCase));

    private static string SnakeCase(string key) =>
        string.Concat(key.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"_{c}" : c.ToString()));
}
