using ConsulConnect.Certificates;
using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>Past the end of our own leaf nobody is served, new or open, whatever intentions say.</summary>
internal static class OwnLeafEnd
{
    /// <returns>The refusal; null while our leaf lasts.</returns>
    public static IntentionDecision? Refusal(MeshCredentials? credentials, DateTimeOffset now, ConnectPeer caller, string service) => credentials switch
    {
        null => new(false, DecisionReason.Stale, $"\"{caller.Service}\" may not call \"{service}\": no certificate of \"{service}\" is valid under the mesh's roots at present."),
        { NotAfter: var end } when end <= now => new(false, DecisionReason.Stale, $"\"{caller.Service}\" may not call \"{service}\": the leaf of \"{service}\" ended at {end.UtcDateTime:u}."),
        _ => null,
    };
}
