using static ConsulConnect.DevAgent.ConfigEntries.ConfigField;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>The members of the kinds this agent keeps, in the order in which Consul answers them.</summary>
internal static class ConfigSchemas
{
    private static readonly ConfigField JwtRequirement = Object("JWT", Objects("Providers", Text("Name"), Objects("VerifyClaims", Texts("Path"), Text("Value"))));

    private static readonly ConfigField[] Permission =
    [
        Text("Action"),
        Object("HTTP",
            Text("PathExact"), Text("PathPrefix"), Text("PathRegex"),
            Objects("Header", Text("Name"), Flag("Present"), Text("Exact"), Text("Prefix"), Text("Suffix"), Text("Contains"), Text("Regex"), Flag("Invert"), Flag("IgnoreCase")),
            Texts("Methods")),
        JwtRequirement,
    ];

    private static readonly ConfigField[] Intentions =
    [
        Text("Name"),
        Objects("Sources",
            Text("Name"), Text("Action"), Objects("Permissions", Permission), Number("Precedence"), Text("LegacyID"), Text("Type"), Text("Description"),
            TextMap("LegacyMeta"), Text("LegacyCreateTime"), Text("LegacyUpdateTime"), Text("Peer"), Text("SamenessGroup")),
        JwtRequirement,
        TextMap("Meta"),
    ];

    private static readonly ConfigField TransparentProxy = Structure("TransparentProxy", Number("OutboundListenerPort"), Flag("DialedDirectly"));

    private static readonly ConfigField MeshGateway = Structure("MeshGateway", Text("Mode"));

    private static readonly ConfigField Expose = Structure("Expose",
        Flag("Checks"), Objects("Paths", Number("ListenerPort"), Text("Path"), Number("LocalPathPort"), Text("Protocol"), Flag("ParsedFromCheck", isAlwaysWritten: true)));

    private static readonly ConfigField EnvoyExtensions = Objects("EnvoyExtensions",
        Text("Name", isAlwaysWritten: true), Flag("Required", isAlwaysWritten: true), Anything("Arguments"), Text("ConsulVersion"), Text("EnvoyVersion"));

    private static readonly ConfigField[] Upstream =
    [
        Text("Name"), Text("Peer", isAlwaysWritten: true), Text("EnvoyListenerJSON"), Text("EnvoyClusterJSON"), Text("Protocol"), Number("ConnectTimeoutMs"),
        Object("Limits", Number("MaxConnections"), Number("MaxPendingRequests"), Number("MaxConcurrentRequests")),
        Object("PassiveHealthCheck", Duration("Interval"), Number("MaxFailures"), Number("EnforcingConsecutive5xx"), Number("MaxEjectionPercent"), Duration("BaseEjectionTime")),
        MeshGateway, Text("BalanceOutboundConnections"),
    ];

    private static readonly ConfigField[] ServiceDefaults =
    [
        Text("Name"), Text("Protocol", isAlwaysWritten: true), Text("Mode"), TransparentProxy, Text("MutualTLSMode"), MeshGateway, Expose, Text("ExternalSNI"),
        Object("UpstreamConfig", Objects("Overrides", Upstream), Object("Defaults", Upstream)),
        Object("Destination", Texts("Addresses"), Number("Port")),
        Number("MaxInboundConnections"), Number("LocalConnectTimeoutMs"), Number("LocalRequestTimeoutMs"), Text("BalanceInboundConnections"),
        Anything("RateLimits"), EnvoyExtensions, TextMap("Meta"),
    ];

    private static readonly ConfigField[] ProxyDefaults =
    [
        Text("Name"), Anything("Config", isAlwaysWritten: true), Text("Mode"), TransparentProxy, Text("MutualTLSMode"), MeshGateway, Expose,
        Structure("AccessLogs", Flag("Enabled"), Flag("DisableListenerLogs"), Text("Type"), Text("Path"), Text("JSONFormat"), Text("TextFormat")),
        EnvoyExtensions, Object("FailoverPolicy", Text("Mode"), Texts("Regions")), Object("PrioritizeByLocality", Text("Mode")), TextMap("Meta"),
    ];

    private static readonly ConfigField[] Direction = [Text("TLSMinVersion"), Text("TLSMaxVersion"), Texts("CipherSuites")];

    private static readonly ConfigField[] Mesh =
    [
        Structure("TransparentProxy", Flag("MeshDestinationsOnly", isAlwaysWritten: true)),
        Flag("AllowEnablingPermissiveMutualTLS"), Flag("ValidateClusters"),
        Object("TLS", Object("Incoming", Direction), Object("Outgoing", Direction)),
        Object("HTTP",
            Flag("SanitizeXForwardedClientCert", isAlwaysWritten: true),
            Object("Incoming", Object("RequestNormalization",
                Flag("InsecureDisablePathNormalization", isAlwaysWritten: true), Flag("MergeSlashes", isAlwaysWritten: true),
                Text("PathWithEscapedSlashesAction", isAlwaysWritten: true), Text("HeadersWithUnderscoresAction", isAlwaysWritten: true)))),
        Object("Peering", Flag("PeerThroughMeshGateways", isAlwaysWritten: true)),
        TextMap("Meta"),
    ];

    private static readonly ConfigField[] JwtProvider =
    [
        Text("Name"),
        Object("JSONWebKeySet",
            Object("Local", Text("JWKS"), Text("Filename")),
            Object("Remote",
                Text("URI"), Number("RequestTimeoutMs"), Duration("CacheDuration"), Flag("FetchAsynchronously"),
                Object("RetryPolicy", Number("NumRetries"), Object("RetryPolicyBackOff", Duration("BaseInterval"), Duration("MaxInterval"))),
                Object("JWKSCluster",
                    Text("DiscoveryType"),
                    Object("TLSCertificates",
                        Object("CaCertificateProviderInstance", Text("InstanceName"), Text("CertificateName")),
                        Object("TrustedCA", Text("Filename"), Text("EnvironmentVariable"), Text("InlineString"), Text("InlineBytes"))),
                    Duration("ConnectTimeout")))),
        Text("Issuer"), Texts("Audiences"),
        Objects("Locations", Object("Header", Text("Name"), Text("ValuePrefix"), Flag("Forward")), Object("QueryParam", Text("Name")), Object("Cookie", Text("Name"))),
        Object("Forwarding", Text("HeaderName"), Flag("PadForwardPayloadHeader", isAlwaysWritten: true)),
        Number("ClockSkewSeconds"), Object("CacheConfig", Number("Size")), TextMap("Meta"),
    ];

    /// <summary>One permission of an intention, which the intention calls know as well.</summary>
    public static IReadOnlyList<ConfigField> OfPermission => Permission;

    public static IReadOnlyList<ConfigField> Of(string kind) => kind switch
    {
        ConfigKinds.ServiceIntentions => Intentions,
        ConfigKinds.ServiceDefaults => ServiceDefaults,
        ConfigKinds.ProxyDefaults => ProxyDefaults,
        ConfigKinds.Mesh => Mesh,
        ConfigKinds.JwtProvider => JwtProvider,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind is not kept."),
    };
}
