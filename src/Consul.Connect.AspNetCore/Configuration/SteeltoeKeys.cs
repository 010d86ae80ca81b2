using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// What stands here for the keys of Steeltoe's <c>Consul:Discovery</c>. They are not read: there is one way to say a thing.
/// <c>docs/steeltoe.md</c> holds the same table.
/// </summary>
internal static class SteeltoeKeys
{
    public const string Section = "Consul:Discovery";

    private const string OwnPace = "nothing to set: the registration is tried again as long as the app runs, at a pace of its own";
    private const string TheCatalogs = "nothing to set: callers get what the mesh listener is bound to, or the node's address";

    /// <summary>Each key, with ours.</summary>
    public static IReadOnlyList<(string Key, string Ours)> Table { get; } =
    [
        ("Enabled", "Consul:Registration:Enabled"),
        ("Register", "Consul:Registration:Enabled"),
        ("Deregister", "Consul:Registration:OnShutdown"),
        ("FailFast", "Consul:Registration:FailFast"),
        ("ServiceName", "Consul:Service:Name"),
        ("InstanceId", "Consul:Service:Id"),
        ("HostName", "Consul:Service:Address"),
        ("IPAddress", "Consul:Service:Address"),
        ("PreferIPAddress", TheCatalogs),
        ("UseNetworkInterfaces", TheCatalogs),
        ("Port", "Consul:Service:Port"),
        ("UseAspNetCoreUrls", "nothing to set: the port is the mesh listener's unless Consul:Service:Port is set"),
        ("Scheme", "nothing to set: callers of the mesh always use TLS"),
        ("Tags", "Consul:Service:Tags"),
        ("Metadata", "Consul:Service:Meta"),
        ("InstanceZone", "Consul:Service:Meta:zone"),
        ("InstanceGroup", "Consul:Service:Meta:group"),
        ("DefaultZoneMetadataName", "nothing to set: Consul:Service:Meta holds the zone under any key"),
        ("RegisterHealthCheck", "Consul:Service:Checks, where none means a TTL check fed by the app's health checks"),
        ("HealthCheckUrl", "Consul:Service:Checks:0:Http"),
        ("HealthCheckPath", "Consul:Service:Checks:0:Http"),
        ("HealthCheckInterval", "Consul:Service:Checks:0:Interval"),
        ("HealthCheckTimeout", "Consul:Service:Checks:0:Timeout"),
        ("HealthCheckCriticalTimeout", "Consul:Service:Checks:0:DeregisterCriticalServiceAfter"),
        ("HealthCheckTlsSkipVerify", "Consul:Service:Checks:0:TlsSkipVerify"),
        ("Heartbeat:Enabled", "Consul:Service:Checks:0:Ttl, or no checks at all for the default of 30 s"),
        ("Heartbeat:TtlValue", "Consul:Service:Checks:0:Ttl"),
        ("Heartbeat:TtlUnit", "Consul:Service:Checks:0:Ttl, whose value carries its unit"),
        ("Heartbeat:IntervalRatio", "nothing to set: the app reports at every third of the TTL"),
        ("Retry:Enabled", OwnPace),
        ("Retry:InitialInterval", OwnPace),
        ("Retry:MaxInterval", OwnPace),
        ("Retry:Multiplier", OwnPace),
        ("Retry:MaxAttempts", OwnPace),
        ("QueryPassing", "Consul:Connect:Upstreams:<name>:OnlyPassing"),
        ("DefaultQueryTag", "nothing to set: write a prepared query with the tag, and call https://<query>.query.consul"),
    ];

    /// <summary>One hint for each key that is set.</summary>
    public static void Hint(IConfiguration consul, List<string> hints)
    {
        foreach (var key in Set(consul.GetSection("Discovery"), ""))
        {
            var ours = Table.FirstOrDefault(row => row.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Ours;
            hints.Add(ours is null
                ? $"{Section}:{MessageText.Plain(key)} belongs to Steeltoe and is not read here; this app's entry in the catalog is described by Consul:Service."
                : $"{Section}:{MessageText.Plain(key)} belongs to Steeltoe and is not read here; ours: {ours}.");
        }
    }

    // Metadata and tags are one key each, whatever they hold.
    private static IEnumerable<string> Set(IConfigurationSection section, string path) =>
        section.GetChildren().Where(SectionReader.IsSet).SelectMany(child =>
            child.GetChildren().Any() && child.Key.ToUpperInvariant() is "HEARTBEAT" or "RETRY" ? Set(child, $"{child.Key}:") : [path + child.Key]);
}
