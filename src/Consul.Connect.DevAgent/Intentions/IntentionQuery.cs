using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>The query parameters the intention calls share.</summary>
internal static class IntentionQuery
{
    /// <summary>A parameter that must be given exactly once; it may be empty unless a write asks.</summary>
    public static string Single(AgentCall call, string name, bool isNonEmpty = false) =>
        call.Query[name] is [{ } value] && (value != "" || !isNonEmpty) ? value : throw AgentException.Internal($"required query parameter '{name}' not set");

    /// <summary>Source and destination, both given exactly once.</summary>
    public static (IntentionTarget Source, IntentionTarget Destination) Pair(AgentCall call, bool isNonEmpty = false, bool allowsPeer = false)
    {
        var source = Single(call, "source", isNonEmpty);
        var destination = Single(call, "destination", isNonEmpty);
        return (IntentionTarget.Parse("source", source, allowsPeer), IntentionTarget.Parse("destination", destination));
    }
}
