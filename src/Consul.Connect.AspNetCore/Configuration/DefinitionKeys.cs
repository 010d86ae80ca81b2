using System.Collections.Frozen;

namespace ConsulConnect.Configuration;

/// <summary>
/// The members of Consul's service definition. Names are compared without regard to case, which covers the HTTP API's acronyms;
/// agent files separate the words by underscores, with the exceptions listed here.
/// </summary>
internal static class DefinitionKeys
{
    private const string OneToken = "is the token under which an agent keeps an entry in the catalog, and here that is the token the entry is registered with; remove it and set Consul:Token or Consul:TokenFile";

    private const string InADockerContainer = "belongs to a check that runs a command in a Docker container, which is not registered here; write a TTL check, which the app's own health feeds, or a command in Args";

    public static SectionKeys Service { get; } = Definition(
        ["Name", "Id", "Address", "Port", "Tags", "Meta", "TaggedAddresses", "Weights", "EnableTagOverride", "Check", "Checks", "Namespace", "Partition", "Connect"],
        new()
        {
            ["Kind"] = "makes an entry a proxy or a gateway, and an app that joins the mesh itself is neither; remove it",
            ["Proxy"] = "configures a proxy, and an app that joins the mesh itself has none; remove it, and write whom the app calls under Consul:Connect:Upstreams",
            ["ProxyDestination"] = "names the service behind a proxy, and an app that joins the mesh itself has none; remove it",
            ["SocketPath"] = "leads callers of the same machine to a unix socket, and callers of the mesh dial an address and a port; remove it, and set Address and Port",
            ["Ports"] = "names several ports, and callers of the mesh know one; write Port",
            ["Token"] = OneToken,
            ["Locality"] = "is for proxies that prefer what is near, and an app that joins the mesh itself has none; remove it",
        });

    public static SectionKeys Connect { get; } = Definition(
        ["Native"],
        new()
        {
            ["SidecarService"] = "registers a sidecar, and an app that joins the mesh itself has none: an entry is native or has a proxy, never both; remove it",
            ["Proxy"] = "starts a proxy that agents managed until Consul 1.6, and an app that joins the mesh itself has none; remove it",
        });

    public static SectionKeys Weights { get; } = Definition(["Passing", "Warning"]) with
    {
        Idle = new Dictionary<string, string> { ["Critical"] = "does nothing, although Consul's documentation shows it: no agent reads it, and an instance that is critical takes no load" }.ToFrozenDictionary(),
    };

    public static SectionKeys TaggedAddress { get; } = Definition(["Address", "Port"]);

    public static SectionKeys Check { get; } = Definition(
        [
            "Id", "Name", "Notes", "Status", "Ttl", "Http", "Method", "Header", "Body", "DisableRedirects", "Tcp", "TcpUseTls", "Udp", "Grpc", "GrpcUseTls",
            "H2Ping", "H2PingUseTls", "Args", "OsService", "AliasService", "AliasNode", "Interval", "Timeout", "TlsSkipVerify", "TlsServerName",
            "SuccessBeforePassing", "FailuresBeforeWarning", "FailuresBeforeCritical", "OutputMaxSize", "DeregisterCriticalServiceAfter",
        ],
        new()
        {
            ["DockerContainerId"] = InADockerContainer,
            ["Shell"] = InADockerContainer,
            ["Script"] = "is a spelling agents gave up with Consul 1.1; write the command as a list in Args",
            ["ServiceId"] = "names the service of a check that stands alone, and this one belongs to the service it stands in; remove it",
            ["Token"] = OneToken,
            ["Namespace"] = "is that of the service a check belongs to; write it beside the service's name",
            ["Partition"] = "is that of the service a check belongs to; write it beside the service's name",
            ["ExposedPort"] = "is what an agent sets for the proxies it exposes checks through; remove it",
            ["ProxyHttp"] = "is what an agent sets for the proxies it exposes checks through; remove it",
            ["ProxyGrpc"] = "is what an agent sets for the proxies it exposes checks through; remove it",
        }) with
    {
        Spellings = new Dictionary<string, string[]>
        {
            ["Id"] = ["CheckId", "check_id"],
            ["H2Ping"] = [],
            ["H2PingUseTls"] = ["h2ping_use_tls"],
            ["Args"] = ["ScriptArgs", "script_args"],
            ["ProxyHttp"] = ["proxy_http"],
            ["ProxyGrpc"] = ["proxy_grpc"],
        }.ToFrozenDictionary(),
    };

    // The path is that of the identity, which only its reader knows.
    private static SectionKeys Definition(string[] known, Dictionary<string, string>? refused = null) =>
        new("", known) { IsDefinition = true, Refused = refused?.ToFrozenDictionary() ?? FrozenDictionary<string, string>.Empty };
}
