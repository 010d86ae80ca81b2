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
    private readonly TimeProvider _clock;

    public AclSystem(ConsulDevAgentOptions options)
    {
        IsEnabled = options.AclDefaultPolicy is not null;
        DefaultPolicy = options.AclDefaultPolicy ?? "allow";
        // Where there are no ACLs, any token is as good as none.
        _otherwise = DefaultPolicy == "deny" ? AccessLevel.Deny : AccessLevel.Write;
        _anonymous = new(null, [], _otherwise);
        _clock = options.Clock;
        if (options.ManagementToken is { } management)
            Add(management, Everything);
        foreach (var (secret, rules) in options.Tokens)
            Add(secret, AclRulesReader.Read(rules));
    }

    public bool IsEnabled { get; }

    /// <summary><c>allow</c> or <c>deny</c>; also without ACLs, as Consul's header says it.</summary>
    public string DefaultPolicy { get; }

    /// <summary>Null: the token is unknown, or has expired, which Consul does not tell apart.</summary>
    public AclIdentity? Resolve(string secret)
    {
        if (!IsEnabled || secret == "")
            return _anonymous;
        return _tokens.TryGetValue(secret, out var identity) && (identity.ExpiresAt is not { } end || end > _clock.GetUtcNow()) ? identity : null;
    }

    public void Add(string secret, IReadOnlyList<AclRule> rules, TimeSpan? life = null)
    {
        var now = _clock.GetUtcNow();
        _tokens[secret] = new(Guid.NewGuid().ToString(), rules, _otherwise) { CreatedAt = now, ExpiresAt = now + life };
    }

    public bool Remove(string secret) => _tokens.TryRemove(secret, out _);
}
