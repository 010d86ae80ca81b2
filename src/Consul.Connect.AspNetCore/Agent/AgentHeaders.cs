using System.Globalization;
using System.Net.Http.Headers;

namespace ConsulConnect.Agent;

/// <summary>What the agent says beside the body.</summary>
internal static class AgentHeaders
{
    private const long OldestBelievable = 10L * 365 * 24 * 60 * 60;

    /// <exception cref="FormatException">There is an index, and it is no number.</exception>
    public static ulong? Index(HttpResponseHeaders headers)
    {
        if (Value(headers, "X-Consul-Index") is not { } text)
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new FormatException("X-Consul-Index is no number");
    }

    public static string? ContentHash(HttpResponseHeaders headers) => Value(headers, "X-Consul-ContentHash") is { Length: > 0 } hash ? hash : null;

    /// <summary>Whether the token's rights hide a part of the answer. Agents before 1.11 do not say.</summary>
    public static bool IsFiltered(HttpResponseHeaders headers) =>
        string.Equals(Value(headers, "X-Consul-Results-Filtered-By-Acls"), "true", StringComparison.OrdinalIgnoreCase);

    /// <param name="headers">The headers.</param>
    /// <param name="fromServers">
    /// Whether the agent asks the servers for it. Then an answer of a server without a leader confirms nothing, and its time without
    /// contact counts. What comes from the agent's cache says <c>false</c> there in good health, too.
    /// </param>
    /// <returns>How old the content is; null when nobody can know.</returns>
    public static TimeSpan? Age(HttpResponseHeaders headers, bool fromServers)
    {
        var age = Number(Value(headers, "Age"));
        if (age is null or > OldestBelievable)
            return null;
        if (!fromServers || Value(headers, "X-Cache") is not null)
            return TimeSpan.FromSeconds(age.Value);
        if (string.Equals(Value(headers, "X-Consul-KnownLeader"), "false", StringComparison.OrdinalIgnoreCase))
            return null;
        var contact = Number(Value(headers, "X-Consul-LastContact"));
        return contact is null or > OldestBelievable ? null : TimeSpan.FromSeconds(age.Value) + TimeSpan.FromMilliseconds(contact.Value);
    }

    private static long? Number(string? text) => text is null
        ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Value(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
