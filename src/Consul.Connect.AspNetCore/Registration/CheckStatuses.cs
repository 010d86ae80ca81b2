using System.Collections.Concurrent;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The last status the agent had for each check: what a check of its own starts with when the agent has forgotten it.</summary>
internal sealed class CheckStatuses
{
    private readonly ConcurrentDictionary<string, CheckStatus> _known = new(StringComparer.Ordinal);

    public void Learn(RegisteredChecks seen)
    {
        foreach (var check in seen.Checks)
        {
            if (Parse(check.Status) is { } status)
                _known[check.Id] = status;
        }
    }

    public CheckStatus? Of(string checkId) => _known.TryGetValue(checkId, out var status) ? status : null;

    /// <summary>As Consul spells it.</summary>
    public static CheckStatus? Parse(string? status) => status?.ToUpperInvariant() switch
    {
        "PASSING" => CheckStatus.Passing,
        "WARNING" => CheckStatus.Warning,
        "CRITICAL" => CheckStatus.Critical,
        _ => null,
    };
}
