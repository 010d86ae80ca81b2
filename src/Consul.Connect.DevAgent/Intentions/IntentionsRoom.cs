using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

internal static class IntentionsRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core) =>
    [
        new IntentionEndpoints(core.Config, core.IntentionWrites), new IntentionMatchEndpoints(core, core.Config), new IntentionExactEndpoints(core.Config, core.IntentionWrites),
        new ConfigEndpoints(core.Config),
    ];
}
