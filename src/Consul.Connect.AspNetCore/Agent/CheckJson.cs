using System.Globalization;

namespace ConsulConnect.Agent;

/// <summary>A check as it is sent.</summary>
internal sealed record CheckJson
{
    public required string CheckID { get; init; }

    public required string Status { get; init; }

    public string? Name { get; init; }

    public string? Notes { get; init; }

    public string? TTL { get; init; }

    public string? HTTP { get; init; }

    public string? Method { get; init; }

    public IReadOnlyDictionary<string, IList<string>>? Header { get; init; }

    public string? Body { get; init; }

    public bool? DisableRedirects { get; init; }

    public string? TCP { get; init; }

    public bool? TCPUseTLS { get; init; }

    public string? UDP { get; init; }

    public string? GRPC { get; init; }

    public bool? GRPCUseTLS { get; init; }

    public string? H2PING { get; init; }

    public bool? H2PingUseTLS { get; init; }

    public IReadOnlyList<string>? ScriptArgs { get; init; }

    public string? OSService { get; init; }

    public string? AliasService { get; init; }

    public string? AliasNode { get; init; }

    public string? Interval { get; init; }

    public string? Timeout { get; init; }

    public bool? TLSSkipVerify { get; init; }

    public string? TLSServerName { get; init; }

    public int? SuccessBeforePassing { get; init; }

    public int? FailuresBeforeWarning { get; init; }

    public int? FailuresBeforeCritical { get; init; }

    public int? OutputMaxSize { get; init; }

    public string? DeregisterCriticalServiceAfter { get; init; }

    /// <summary>Whether the definition has no word on redirects. An agent must not follow them: whoever answers there would answer for us.</summary>
    public static bool LeavesRedirectsOpen(CheckRegistration check) => check.Definition is { Http: not null, DisableRedirects: null };

    public static CheckJson From(CheckRegistration check, bool knowsRedirects)
    {
        var definition = check.Definition;
        return new()
        {
            CheckID = check.Id,
            Status = Spell(check.Status),
            Name = definition.Name,
            Notes = definition.Notes,
            TTL = Spell(definition.Ttl),
            HTTP = definition.Http,
            Method = definition.Method,
            Header = definition.Header.Count == 0 ? null : definition.Header.AsReadOnly(),
            Body = definition.Body,
            DisableRedirects = LeavesRedirectsOpen(check) && knowsRedirects ? true : definition.DisableRedirects,
            TCP = definition.Tcp,
            TCPUseTLS = definition.TcpUseTls,
            UDP = definition.Udp,
            GRPC = definition.Grpc,
            GRPCUseTLS = definition.GrpcUseTls,
            H2PING = definition.H2Ping,
            H2PingUseTLS = definition.H2PingUseTls,
            ScriptArgs = definition.Args.Count == 0 ? null : [.. definition.Args],
            OSService = definition.OsService,
            AliasService = definition.AliasService,
            AliasNode = definition.AliasNode,
            Interval = Spell(definition.Interval),
            Timeout = Spell(definition.Timeout),
            TLSSkipVerify = definition.TlsSkipVerify,
            TLSServerName = definition.TlsServerName,
            SuccessBeforePassing = definition.SuccessBeforePassing,
            FailuresBeforeWarning = definition.FailuresBeforeWarning,
            FailuresBeforeCritical = definition.FailuresBeforeCritical,
            OutputMaxSize = definition.OutputMaxSize,
            DeregisterCriticalServiceAfter = Spell(definition.DeregisterCriticalServiceAfter),
        };
    }

    public static string Spell(CheckStatus status) => status switch
    {
        CheckStatus.Passing => "passing",
        CheckStatus.Warning => "warning",
        _ => "critical",
    };

    private static string? Spell(TimeSpan? time) =>
        time is { } given ? ((long)given.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms" : null;
}

internal sealed record RegisteredCheckJson(string? CheckID, string? Status, string? Notes, string? ServiceID);

internal sealed record CheckUpdateJson(string Status, string Output);

internal sealed record TokenJson(DateTimeOffset? CreateTime, DateTimeOffset? ExpirationTime);

internal sealed record ServiceDefaultsJson(string? Protocol);
