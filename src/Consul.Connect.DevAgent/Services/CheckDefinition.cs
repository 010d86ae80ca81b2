namespace ConsulConnect.DevAgent.Services;

/// <summary>A health check as it was registered.</summary>
internal sealed record CheckDefinition
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string Notes { get; init; } = "";

    public string Status { get; init; } = "";

    /// <summary>Of a check registered by itself.</summary>
    public string ServiceId { get; init; } = "";

    public string Http { get; init; } = "";

    public string Method { get; init; } = "";

    public string Body { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public bool SkipsTlsVerification { get; init; }

    public string Tcp { get; init; } = "";

    public string AliasService { get; init; } = "";

    public string AliasNode { get; init; } = "";

    public bool IsScript { get; init; }

    /// <summary>What Consul calls a check of a kind that is not run here, such as <c>grpc</c>; empty: it is none of these.</summary>
    public string OtherType { get; init; } = "";

    public TimeSpan Ttl { get; init; }

    public TimeSpan Interval { get; init; }

    public TimeSpan Timeout { get; init; }

    public TimeSpan DeregisterAfter { get; init; }

    public int SuccessesBeforePassing { get; init; }

    public int FailuresBeforeWarning { get; init; }

    public int FailuresBeforeCritical { get; init; }

    public int OutputMaxSize { get; init; }

    public bool IsAlias => AliasService != "" || AliasNode != "";

    public CheckKind Kind => this switch
    {
        { Http: not "" } => CheckKind.Http,
        { Tcp: not "" } => CheckKind.Tcp,
        { IsScript: true } => CheckKind.Script,
        { OtherType: not "" } => CheckKind.Other,
        { IsAlias: true } => CheckKind.Alias,
        _ => CheckKind.Ttl,
    };

    /// <summary>What Consul's answers call it.</summary>
    public string Type => Kind switch
    {
        CheckKind.Http => "http",
        CheckKind.Tcp => "tcp",
        CheckKind.Script => "script",
        CheckKind.Other => OtherType,
        CheckKind.Alias => "alias",
        _ => "ttl",
    };

    /// <summary>Has an interval at which it is run.</summary>
    public bool IsPeriodic => Kind is CheckKind.Http or CheckKind.Tcp or CheckKind.Script or CheckKind.Other;
}
