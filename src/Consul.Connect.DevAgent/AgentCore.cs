using ConsulConnect.DevAgent.Acl;
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
        Log = new(options.LoggerFactory);
        State = new(options.Clock);
        Acl = new(options);
        Config = new(State);
        IntentionWrites = new(Config, Clock);
    }

    /// <summary>Whose answers this agent's are modelled on.</summary>
    public static string ConsulVersion => "1.21.4";

    public ConsulDevAgentOptions Options { get; }

    public TimeProvider Clock => Options.Clock;

    public AgentLog Log { get; }

    public AgentState State { get; }

    public AclSystem Acl { get; }

    public ConfigStore Config { get; }

    public IntentionWrites IntentionWrites { get; }

    /// <summary>Set once, by the room that keeps the intentions.</summary>
    public IIntentionDecider Intentions { get; set; } = new NoIntentions();

    public string NodeName => Options.NodeName;

    public string NodeId { get; } = Guid.NewGuid().ToString();
}
