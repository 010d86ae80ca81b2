using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>A check and its state.</summary>
internal sealed record HealthCheck
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required CheckDefinition Definition { get; init; }

    /// <summary>False: the serf's, which the agent itself does not list.</summary>
    public bool IsLocal { get; init; } = true;

    public string Type { get; init; } = "";

    public string Status { get; init; } = CheckStatus.Critical;

    public string Notes { get; init; } = "";

    /// <summary>What the agent knows.</summary>
    public string Output { get; init; } = "";

    /// <summary>What the catalog knows: an agent does not bother the servers at once when nothing but the output is new.</summary>
    public string PublishedOutput { get; init; } = "";

    /// <summary>Empty: it is the node's.</summary>
    public string ServiceId { get; init; } = "";

    public string ServiceName { get; init; } = "";

    public IReadOnlyList<string> ServiceTags { get; init; } = [];

    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }

    /// <summary>A state the check has reached; its output is published only with a new status.</summary>
    public HealthCheck Reach(string status, string output) => status == Status
        ? this with { Output = output }
        : this with { Status = status, Output = output, PublishedOutput = output };

    /// <summary>The catalog would not tell the two apart.</summary>
    public bool LooksLike(HealthCheck other) =>
        (Name, Type, Status, Notes, PublishedOutput, ServiceId, ServiceName) == (other.Name, other.Type, other.Status, other.Notes, other.PublishedOutput, other.ServiceId, other.ServiceName)
        && (Definition.Interval, Definition.Timeout) == (other.Definition.Interval, other.Definition.Timeout)
        && ServiceTags.SequenceEqual(other.ServiceTags);
}
