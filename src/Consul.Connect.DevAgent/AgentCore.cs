using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Intentions;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent;

/// <summary>What all endpoints share.</summary>
internal sealed class AgentCore
{
    public AgentCore(ConsulDevAgentOptions options)
    {
        Options = options;
        StartedAt = options.Clock.GetUtcNow();
        Log = new(options.LoggerFactory);
        State = new(options.Clock);
        Acl = new(options);
        Authority = new(options, State, Log);
        Leaves = new(Authority, State, Clock, options.LeafRootChangeSpread);
        Config = new(State);
        IntentionWrites = new(Config, Clock);
        Intentions = new(Config);
    }

    /// <summary>Whose answers this agent's are modelled on.</summary>
    public static string ConsulVersion => "1.21.4";

    public ConsulDevAgentOptions Options { get; }

    public TimeProvider Clock => Options.Clock;

    public DateTimeOffset StartedAt { get; }

    public AgentLog Log { get; }

    public AgentState State { get; }

    public AclSystem Acl { get; }

    public CertificateAuthority Authority { get; }

    public LeafStore Leaves { get; }

    public ConfigStore Config { get; }

    public IntentionWrites IntentionWrites { get; }

    public IntentionDecider Intentions { get; }

    public string NodeName => Options.NodeName;

    public string NodeId { get; } = Guid.NewGuid().ToString();
}
