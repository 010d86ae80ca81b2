namespace ConsulConnect.DevAgent.Queries;

/// <summary>What a query finds.</summary>
internal sealed record QueryService
{
    public string Service { get; init; } = "";

    public int NearestN { get; init; }

    public IReadOnlyList<string>? Datacenters { get; init; }

    /// <summary>Otherwise instances that warn are found as well.</summary>
    public bool IsPassingOnly { get; init; }

    public IReadOnlyList<string>? IgnoredChecks { get; init; }

    public string Near { get; init; } = "";

    /// <summary>A leading <c>!</c> excludes a tag.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyDictionary<string, string>? NodeMeta { get; init; }

    public IReadOnlyDictionary<string, string>? ServiceMeta { get; init; }

    public bool IsConnect { get; init; }
}
