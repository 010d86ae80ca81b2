namespace ConsulConnect.Agent;

// What is null is not sent: an agent answers 400 to members its version does not know.
internal sealed record RegistrationJson(
    string ID, string Name, string? Address, int Port, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, string> Meta,
    IReadOnlyDictionary<string, ServiceAddress>? TaggedAddresses, ServiceWeights? Weights, bool? EnableTagOverride,
    IReadOnlyList<CheckJson>? Checks, RegistrationConnectJson Connect)
{
    /// <param name="knowsRedirects">Whether the agent is new enough for <c>DisableRedirects</c>, as far as it has said.</param>
    public static RegistrationJson From(ServiceRegistration entry, bool knowsRedirects) => new(
        entry.Id, entry.Name, entry.Address, entry.Port, entry.Tags, entry.Meta,
        entry.TaggedAddresses.Count == 0 ? null : entry.TaggedAddresses,
        entry.Weights,
        entry.EnableTagOverride ? true : null,
        entry.Checks.Count == 0 ? null : [.. entry.Checks.Select(check => CheckJson.From(check, knowsRedirects))],
        new(Native: true));
}

internal sealed record RegistrationConnectJson(bool Native);

internal sealed record ServiceJson(
    string? ID, string? Service, string? Address, int Port, List<string?>? Tags, Dictionary<string, string?>? Meta,
    Dictionary<string, ServiceAddress?>? TaggedAddresses, ServiceWeights? Weights, bool EnableTagOverride, RegistrationConnectJson? Connect);
