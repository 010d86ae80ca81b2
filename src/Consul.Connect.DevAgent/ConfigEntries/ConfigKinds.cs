namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>The kinds Consul knows. This agent keeps the first five; what the others do, it does not.</summary>
internal static class ConfigKinds
{
    public const string ServiceIntentions = "service-intentions";
    public const string ServiceDefaults = "service-defaults";
    public const string ProxyDefaults = "proxy-defaults";
    public const string Mesh = "mesh";
    public const string JwtProvider = "jwt-provider";

    /// <summary>The only name of a proxy-defaults entry.</summary>
    public const string Global = "global";

    private static readonly HashSet<string> Others =
    [
        "service-router", "service-splitter", "service-resolver", "ingress-gateway", "terminating-gateway", "exported-services", "sameness-group",
        "api-gateway", "bound-api-gateway", "http-route", "tcp-route", "file-system-certificate", "inline-certificate",
    ];

    public static bool AreKept(string kind) => kind is ServiceIntentions or ServiceDefaults or ProxyDefaults or Mesh or JwtProvider;

    public static bool IsKnown(string kind) => AreKept(kind) || Others.Contains(kind);
}
