using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

internal static class IntentionsRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core)
    {
        _ = core;
        return [];
    }
}
