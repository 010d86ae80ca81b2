using System.Security.Cryptography;

namespace ConsulConnect.Agent;

// What the agent says, as we use it. Wire spellings live in AgentJson; a member Consul may send as null is empty here.

internal sealed record CaRoots(string ActiveRootId, string TrustDomain, IReadOnlyList<CaRoot> Roots);

internal sealed record CaRoot(string Id, bool Active, string RootCert, IReadOnlyList<string> IntermediateCerts)
{
    public override string ToString() => Id;
}

/// <summary>A leaf as issued. The PEM texts are UTF-8 so that the key can be wiped; it never becomes a string.</summary>
internal sealed class IssuedLeaf(string service, byte[] certPem, byte[] privateKeyPem) : IDisposable
{
    public string Service { get; } = service;

    public byte[] CertPem { get; } = certPem;

    public byte[] PrivateKeyPem { get; } = privateKeyPem;

    /// <summary>Wipes the key's text.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(PrivateKeyPem);
}

/// <summary>The intentions whose destination is one service, wildcards included, in the agent's order.</summary>
internal sealed record IntentionMatch(IReadOnlyList<Intention> Intentions);

/// <summary>One intention, as stored.</summary>
/// <param name="Action"><c>allow</c> or <c>deny</c>; empty when it carries permissions; anything else is a kind we do not know.</param>
/// <param name="Permissions">What decides per request, in order; empty when the action decides.</param>
/// <param name="RequiresJwt">Whether every request must also carry a token.</param>
/// <param name="Unknown">The first member or kind in it that we do not understand, outside its permissions; null when there is none.</param>
internal sealed record Intention(
    string SourceType, string SourcePartition, string SourceNamespace, string SourceName, string SourcePeer,
    string DestinationNamespace, string DestinationName,
    string Action, IReadOnlyList<Permission> Permissions, bool RequiresJwt, int Precedence, string? Unknown);

/// <summary>One permission of an intention.</summary>
/// <param name="Action"><c>allow</c> or <c>deny</c>; anything else is a kind we do not know.</param>
/// <param name="Http">Which requests it is about; null when it does not say.</param>
/// <param name="RequiresJwt">Whether such a request must also carry a token.</param>
/// <param name="Unknown">The first member beside these that we do not understand; null when there is none.</param>
internal sealed record Permission(string Action, HttpCondition? Http, bool RequiresJwt, string? Unknown);

/// <summary>Which requests a permission is about; what is empty does not matter. All of it must hold.</summary>
/// <param name="Unknown">The first member that we do not understand; null when there is none.</param>
internal sealed record HttpCondition(
    string PathExact, string PathPrefix, string PathRegex, IReadOnlyList<string> Methods, IReadOnlyList<HeaderCondition> Headers, string? Unknown);

/// <summary>What one header must be like; of the kinds from Present to Regex exactly one is set.</summary>
/// <param name="Unknown">The first member that we do not understand; null when there is none.</param>
internal sealed record HeaderCondition(
    string Name, bool Present, string Exact, string Prefix, string Suffix, string Contains, string Regex, bool Invert, bool IgnoreCase, string? Unknown);

/// <summary>Nothing but a change of the index matters.</summary>
internal sealed record IntentionTable;

internal sealed record AuthorizeVerdict(bool Authorized, string Reason);

internal sealed record AgentSelf(string Datacenter, string NodeName, string Version, string? DefaultIntentionPolicy, bool? AclsEnabled, string? AclDefaultPolicy);

/// <summary>What stands between a service's name and its instances, beyond what is there by default.</summary>
internal sealed record DiscoveryChain(bool HasRouter, bool HasSplitter, bool HasResolver);

/// <summary>An entry as it is sent. What is null or empty is left out.</summary>
internal sealed record ServiceRegistration(string Id, string Name, string? Address, int Port, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, string> Meta)
{
    public IReadOnlyDictionary<string, ServiceAddress> TaggedAddresses { get; init; } = new Dictionary<string, ServiceAddress>();

    public ServiceWeights? Weights { get; init; }

    public bool EnableTagOverride { get; init; }

    public IReadOnlyList<CheckRegistration> Checks { get; init; } = [];
}

internal sealed record ServiceAddress(string Address, int Port);

internal sealed record ServiceWeights(int Passing, int Warning);

/// <summary>One check of an entry.</summary>
/// <param name="Id">Always said, so that it can be updated and removed by it.</param>
/// <param name="Status">What it is while the agent knows nothing better.</param>
/// <param name="Definition">The rest; its id and status are not read.</param>
internal sealed record CheckRegistration(string Id, CheckStatus Status, ConsulCheckOptions Definition);

internal enum CheckStatus
{
    Passing,
    Warning,
    Critical,
}

/// <summary>An entry as the agent has it.</summary>
internal sealed record RegisteredService(string Id, string Name, string Address, int Port)
{
    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyDictionary<string, string> Meta { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, ServiceAddress> TaggedAddresses { get; init; } = new Dictionary<string, ServiceAddress>();

    public ServiceWeights? Weights { get; init; }

    public bool EnableTagOverride { get; init; }

    public bool IsNative { get; init; }
}

/// <summary>The checks of one instance.</summary>
internal sealed record RegisteredChecks(IReadOnlyList<RegisteredCheck> Checks);

/// <summary>A check as the agent has it.</summary>
/// <param name="Status">As the agent spells it.</param>
internal sealed record RegisteredCheck(string Id, string Status, string Notes);

/// <summary>The life of the token in use; either end is null when the token has none.</summary>
internal sealed record TokenLife(DateTimeOffset? Created, DateTimeOffset? Expires);

/// <summary>What the operator says of a service for all its instances.</summary>
/// <param name="Protocol">Empty when nothing is said of it.</param>
internal sealed record ServiceDefaults(string Protocol);
