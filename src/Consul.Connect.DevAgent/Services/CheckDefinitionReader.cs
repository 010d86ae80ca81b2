using System.Text.Json;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Services;

/// <summary>Reads a check in both of Consul's spellings.</summary>
internal static class CheckDefinitionReader
{
    /// <summary>A check inside a service; null: the object says nothing, which Consul takes for no check.</summary>
    public static CheckDefinition? ReadInline(BodyReader body)
    {
        var isEmpty = !body.HasAny;
        var check = ReadCommon(body) with { Id = body.String("CheckID") };
        body.Ignore("check_id");
        body.End();
        return isEmpty ? null : check;
    }

    /// <summary>The body of a check that is registered by itself.</summary>
    public static CheckDefinition ReadOwn(BodyReader body)
    {
        var check = ReadCommon(body) with
        {
            Id = body.String("ID"),
            ServiceId = Either(body.String("ServiceID"), body.String("service_id")),
        };
        body.Ignore("Token", "Namespace", "Partition", "EnterpriseMeta");
        body.End();
        return check;
    }

    private static CheckDefinition ReadCommon(BodyReader body)
    {
        var isScript = body.Strings("ScriptArgs") is { Count: > 0 } | body.Strings("Args") is { Count: > 0 } | body.Strings("script_args") is { Count: > 0 };
        var docker = Either(body.String("DockerContainerID"), body.String("docker_container_id"));
        var check = new CheckDefinition
        {
            Name = body.String("Name"),
            Notes = body.String("Notes"),
            Status = body.String("Status"),
            Http = body.String("HTTP"),
            Headers = Headers(body.Raw("Header")),
            Method = body.String("Method"),
            Body = body.String("Body"),
            SkipsTlsVerification = body.Bool("TLSSkipVerify") | body.Bool("tls_skip_verify"),
            Tcp = body.String("TCP"),
            IsScript = isScript && docker == "",
            OtherType = OtherType(body, docker),
            AliasNode = Either(body.String("AliasNode"), body.String("alias_node")),
            AliasService = Either(body.String("AliasService"), body.String("alias_service")),
            Interval = body.Duration("Interval"),
            Timeout = body.Duration("Timeout"),
            Ttl = body.Duration("TTL"),
            DeregisterAfter = Longer(body.Duration("DeregisterCriticalServiceAfter"), body.Duration("deregister_critical_service_after")),
            SuccessesBeforePassing = body.Int("SuccessBeforePassing") | body.Int("success_before_passing"),
            FailuresBeforeWarning = body.Int("FailuresBeforeWarning") | body.Int("failures_before_warning"),
            FailuresBeforeCritical = body.Int("FailuresBeforeCritical") | body.Int("failures_before_critical"),
            OutputMaxSize = body.Int("OutputMaxSize") | body.Int("output_max_size"),
        };
        body.Ignore("Shell", "DisableRedirects", "disable_redirects", "GRPCUseTLS", "grpc_use_tls", "H2PingUseTLS", "h2ping_use_tls", "TCPUseTLS", "tcp_use_tls", "TLSServerName", "tls_server_name", "ProxyHTTP", "ProxyGRPC");
        return check;
    }

    private static string OtherType(BodyReader body, string docker)
    {
        (string Member, string Type)[] others = [("GRPC", "grpc"), ("UDP", "udp"), ("H2PING", "h2ping"), ("OSService", "os_service"), ("os_service", "os_service")];
        var type = docker != "" ? "docker" : "";
        foreach (var other in others)
        {
            if (body.String(other.Member) != "")
                type = other.Type;
        }

        return type;
    }

    private static List<KeyValuePair<string, string>> Headers(JsonElement header)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (header.ValueKind != JsonValueKind.Object)
            return headers;
        foreach (var one in header.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.Array))
            headers.AddRange(one.Value.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => new KeyValuePair<string, string>(one.Name, value.GetString()!)));
        return headers;
    }

    private static string Either(string first, string second) => first != "" ? first : second;

    private static TimeSpan Longer(TimeSpan first, TimeSpan second) => first > second ? first : second;
}
