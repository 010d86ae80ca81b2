using System.Collections.Concurrent;

namespace ConsulConnect.DevAgent.Acl;

/// <summary>The tokens, by their secret.</summary>
internal sealed class AclSystem
{
    private static readonly AclRule[] Everything =
        [.. new[] { "service", "intentions", "node", "agent", "query", "operator" }.Select(resource => new AclRule(resource, "", IsPrefix: true, AccessLevel.Write))];

    private readonly ConcurrentDictionary<string, AclIdentity> _tokens = [];
    private readonly AccessLevel _otherwise;
    private readonly AclIdentity _anonymous;

    public AclSystem(ConsulDevAgentOptions options)
    {
        IsEnabled = options.AclDefaultPolicy is not null;
        DefaultPolicy = options.AclDefaultPolicy ?? "allow";
        // Where there are no ACLs, any token is as good as none.
        _otherwise = DefaultPolicy == "deny" ? AccessLevel.Deny : AccessLevel.Write;
        _anonymous = new(null, [], _otherwise);
        if (options.ManagementToken is { } management)
            Add(management, Everything);
        foreach (var (secret, rules) in options.Tokens)
            Add(secret, AclRulesReader.Read(rules));
    }

    public bool IsEnabled { get; }

    /// <summary><c>allow</c> or <c>deny</c>; also without ACLs, as Consul's header says it.</summary>
    public string DefaultPolicy { get; }

    /// <summary>Null: the token is unknown.</summary>
    public AclIdentity? Resolve(string secret) => !IsEnabled || secret == "" ? _anonymous : _tokens.GetValueOrDefault(secret);

    public void Add(string secret, IReadOnlyList<AclRule> rules) => _tokens[secret] = new(Guid.NewGuid().ToString(), rules, _otherwise);

    public bool Remove(string secret) => _tokens.TryRemove(secret, out _);
}
