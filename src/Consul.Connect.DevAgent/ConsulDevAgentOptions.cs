using Microsoft.Extensions.Logging;

namespace ConsulConnect.DevAgent;

/// <summary>What a <see cref="ConsulDevAgent"/> is started as. By default: a port of the OS, no ACLs, every call between services allowed.</summary>
public sealed class ConsulDevAgentOptions
{
    /// <summary>The loopback port; 0, the default, takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>The datacenter's name. Default: <c>dc1</c>.</summary>
    public string Datacenter { get; set; } = "dc1";

    /// <summary>The agent's node. Default: <c>dev</c>.</summary>
    public string NodeName { get; set; } = "dev";

    /// <summary>The mesh's trust domain, such as <c>11111111-2222-3333-4444-555555555555.consul</c>. Default: a new one.</summary>
    public string? TrustDomain { get; set; }

    /// <summary>Switches ACLs on, with this policy for what no rule names: <c>allow</c> or <c>deny</c>. Default: null, no ACLs.</summary>
    public string? AclDefaultPolicy { get; set; }

    /// <summary>Consul's <c>default_intention_policy</c>, <c>allow</c> or <c>deny</c>: what becomes of calls that no intention names. Default: null, the ACLs' policy.</summary>
    public string? DefaultIntentionPolicy { get; set; }

    /// <summary>The token with all rights, when ACLs are on. Default: none.</summary>
    public string? ManagementToken { get; set; }

    /// <summary>Further tokens: the secret, and its rules in Consul's policy language, such as <c>service "web" { policy = "write" }</c>.</summary>
    public IDictionary<string, string> Tokens { get; } = new Dictionary<string, string>();

    /// <summary>
    /// How long a leaf lives. Default 72 h; from 1 s to 365 days. It is renewed between 60 and 90 percent of that. Under one hour,
    /// which Consul does not offer, the life counts from the moment of issue and not from one minute before.
    /// </summary>
    public TimeSpan LeafLifetime { get; set; } = TimeSpan.FromHours(72);

    /// <summary>How long after new roots a new leaf follows, at most; the moment is random. Default 3 s (Consul: 30 s); zero: at once.</summary>
    public TimeSpan LeafRootChangeSpread { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Leaves as Consul up to 1.10 issued them, with a common name. Default: false, an empty subject.</summary>
    public bool LeafHasCommonName { get; set; }

    /// <summary>The agent's clock: waits, renewals and the dates of certificates. Default: the system's.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Where the agent logs, under <c>ConsulConnect.DevAgent (development only)</c>. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Whoever starts it says so in its own words.</summary>
    internal bool StartIsAnnounced { get; init; }
}
