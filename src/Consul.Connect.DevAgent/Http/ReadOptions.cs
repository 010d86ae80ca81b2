using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.DevAgent.Http;

/// <summary>The query parameters every read knows.</summary>
/// <param name="Index">What the caller has seen; 0: answer at once.</param>
/// <param name="Wait">How long it waits for news; null: it did not say.</param>
internal sealed record ReadOptions(ulong Index, TimeSpan? Wait, bool Stale, bool Consistent, bool Cached, string? Datacenter, string? Filter)
{
    /// <summary>The value of X-Consul-Effective-Consistency.</summary>
    public string Consistency => Stale ? "stale" : Consistent ? "consistent" : "leader";

    public static ReadOptions Parse(IQueryCollection query)
    {
        var index = 0UL;
        if (First(query, "index") is { } indexText && !ulong.TryParse(indexText, NumberStyles.None, CultureInfo.InvariantCulture, out index))
            throw AgentException.BadRequest("Invalid index");
        var wait = default(TimeSpan);
        var waitText = First(query, "wait");
        if (waitText is not null && !GoDuration.TryParse(waitText, out wait))
            throw AgentException.BadRequest("Invalid wait time");
        var options = new ReadOptions(index, waitText is null ? null : wait, query.ContainsKey("stale"), query.ContainsKey("consistent"), query.ContainsKey("cached"), First(query, "dc"), First(query, "filter"));
        if (options is { Stale: true, Consistent: true })
            throw AgentException.BadRequest("Cannot specify ?stale with ?consistent, conflicting semantics.");
        if (options is { Cached: true, Consistent: true })
            throw AgentException.BadRequest("Cannot specify ?cached with ?consistent, conflicting semantics.");
        return options;
    }

    private static string? First(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } value, ..] ? value : null;
}
