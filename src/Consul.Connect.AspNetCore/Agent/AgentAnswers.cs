using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ConsulConnect.Agent;

/// <summary>
/// Bodies of the agent into records. A <see cref="JsonException"/> or <see cref="FormatException"/> means that the answer cannot be
/// believed; its message never quotes the body.
/// </summary>
internal static class AgentAnswers
{
    public static CaRoots Roots(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.RootsJson);
        var roots = (wire.Roots ?? []).Select(Root).ToList();
        if (roots.Count == 0)
            throw new FormatException("it lists no roots");
        if (roots.All(root => root.Id != wire.ActiveRootID))
            throw new FormatException("ActiveRootID names a root that is not in the list");
        return new(wire.ActiveRootID!, Required(wire.TrustDomain, "TrustDomain"), roots);
    }

    public static IssuedLeaf Leaf(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.LeafJson);
        if (wire.CertPEM is not { Length: > 0 } certificate)
            throw new FormatException("CertPEM is missing");
        if (wire.PrivateKeyPEM is not { Length: > 0 } key)
            throw new FormatException("PrivateKeyPEM is missing");
        return new(wire.Service ?? "", certificate, key);
    }

    public static AuthorizeVerdict Verdict(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.VerdictJson);
        return new(wire.Authorized ?? throw new FormatException("Authorized is missing"), AgentErrors.Clean(wire.Reason ?? ""));
    }

    public static AgentSelf Self(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.SelfJson);
        var debug = wire.DebugConfig;
        return new(
            Required(wire.Config?.Datacenter, "Config.Datacenter"),
            wire.Config?.NodeName ?? "",
            wire.Config?.Version ?? "",
            NullIfEmpty(debug?.DefaultIntentionPolicy),
            debug?.ACLResolverSettings?.ACLsEnabled ?? debug?.ACLsEnabled,
            NullIfEmpty(debug?.ACLResolverSettings?.ACLDefaultPolicy) ?? NullIfEmpty(debug?.ACLDefaultPolicy));
    }

    public static RegisteredService Service(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.ServiceJson);
        return new(Required(wire.ID, "ID"), Required(wire.Service, "Service"), wire.Address ?? "", wire.Port)
        {
            Tags = [.. (wire.Tags ?? []).Select(tag => tag ?? "")],
            Meta = (wire.Meta ?? []).ToDictionary(pair => pair.Key, pair => pair.Value ?? "", StringComparer.Ordinal),
            TaggedAddresses = (wire.TaggedAddresses ?? []).Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal),
            Weights = wire.Weights,
            EnableTagOverride = wire.EnableTagOverride,
            IsNative = wire.Connect is { Native: true },
        };
    }

    /// <summary>The checks of one instance; those of others are left out.</summary>
    public static RegisteredChecks Checks(ReadOnlySpan<byte> body, string serviceId)
    {
        var wire = Read(body, AgentJson.Default.DictionaryStringRegisteredCheckJson);
        return new([.. wire.Values
            .Where(check => check?.ServiceID == serviceId)
            .Select(check => new RegisteredCheck(Required(check!.CheckID, "CheckID"), check.Status ?? "", check.Notes ?? ""))]);
    }

    public static TokenLife Token(ReadOnlySpan<byte> body)
    {
        var wire = Read(body, AgentJson.Default.TokenJson);
        return new(wire.CreateTime, wire.ExpirationTime);
    }

    public static DiscoveryChain Chain(ReadOnlySpan<byte> body)
    {
        var chain = Read(body, AgentJson.Default.ChainAnswerJson).Chain ?? throw new FormatException("Chain is missing");
        var nodes = (chain.Nodes ?? []).Values.OfType<ChainNodeJson>().ToList();
        // Where a service is redirected, the chain begins at the other one, which may have no resolver of its own.
        var isElsewhere = chain.StartNode is { } start && start.StartsWith("resolver:", StringComparison.Ordinal)
            && !start.StartsWith($"resolver:{chain.ServiceName}.", StringComparison.OrdinalIgnoreCase);
        return new(Has("router"), Has("splitter"), isElsewhere || nodes.Exists(node => node is { Type: "resolver", Resolver.Default: false }));

        bool Has(string type) => nodes.Exists(node => node.Type == type);
    }

    public static ServiceDefaults Defaults(ReadOnlySpan<byte> body) => new(Read(body, AgentJson.Default.ServiceDefaultsJson).Protocol ?? "");

    private static CaRoot Root(RootJson? wire)
    {
        var intermediates = (wire?.IntermediateCerts ?? []).Select(pem => Required(pem, "a member of IntermediateCerts")).ToList();
        return new(Required(wire?.ID, "the ID of a root"), wire!.Active, Required(wire.RootCert, "the RootCert of a root"), intermediates);
    }

    private static T Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(body, type) ?? throw new FormatException("it is null");

    private static string Required(string? value, string what) =>
        string.IsNullOrEmpty(value) ? throw new FormatException($"{what} is missing") : value;

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
