namespace ConsulConnect.DevAgent.Tests.Contract;

public enum AgentKind
{
    DevAgent,

    /// <summary>What this one does is right.</summary>
    RealConsul,
}
