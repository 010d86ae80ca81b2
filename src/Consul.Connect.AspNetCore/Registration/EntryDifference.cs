using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>What the agent has against what it was sent. Only what was sent is compared; an agent adds things of its own.</summary>
internal static class EntryDifference
{
    /// <param name="sent">What was sent.</param>
    /// <param name="seen">What the agent has.</param>
    /// <param name="addressBefore">What it had as the address when it had just been sent an entry without one.</param>
    /// <returns>The first difference in words; null when there is none.</returns>
    public static string? Between(ServiceRegistration sent, RegisteredService seen, string addressBefore)
    {
        var address = sent.Address ?? addressBefore;
        return seen switch
        {
            _ when seen.Name != sent.Name => $"named \"{seen.Name}\"",
            _ when seen.Address != address || seen.Port != sent.Port => $"at {Place(seen.Address, seen.Port)}",
            { IsNative: false } => "without Connect.Native",
            _ when seen.EnableTagOverride != sent.EnableTagOverride => "with another EnableTagOverride",
            _ when !sent.EnableTagOverride && !seen.Tags.ToHashSet(StringComparer.Ordinal).SetEquals(sent.Tags) => "with other tags",
            _ when !Same(seen.Meta, sent.Meta) => "with other metadata",
            _ when sent.Weights is not null && seen.Weights != sent.Weights => "with other weights",
            _ when sent.TaggedAddresses.Any(pair => seen.TaggedAddresses.GetValueOrDefault(pair.Key) != pair.Value) => "with other tagged addresses",
            _ => null,
        };
    }

    /// <summary>Where callers of an entry are sent, for a message.</summary>
    public static string Place(string? address, int port) => string.IsNullOrEmpty(address)
        ? $"the address of the node, port {port}"
        : $"{address}, port {port}";

    private static bool Same(IReadOnlyDictionary<string, string> seen, IReadOnlyDictionary<string, string> sent) =>
        seen.Count == sent.Count && sent.All(pair => seen.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
