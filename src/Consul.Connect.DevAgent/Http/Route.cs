namespace ConsulConnect.DevAgent.Http;

internal delegate Task<AgentReply> AgentHandler(AgentCall call);

internal sealed record RouteHandler(string Method, AgentHandler Answer, bool IgnoresNamespaces);

internal sealed class Route
{
    public Route(string pattern)
    {
        var open = pattern.IndexOf('{', StringComparison.Ordinal);
        var close = pattern.IndexOf('}', StringComparison.Ordinal);
        Prefix = open < 0 ? pattern : pattern[..open];
        Suffix = open < 0 ? "" : pattern[(close + 1)..];
        Name = open < 0 ? null : pattern[(open + 1)..close];
    }

    public string Prefix { get; }

    public string Suffix { get; }

    /// <summary>What the variable part is called; null: there is none.</summary>
    public string? Name { get; }

    public List<RouteHandler> Handlers { get; } = [];

    /// <summary>As the Allow header spells it.</summary>
    public string Allowed => string.Join(',', Handlers.Select(one => one.Method).Prepend("OPTIONS"));

    public bool Matches(string path) =>
        Name is not null && path.Length >= Prefix.Length + Suffix.Length && path.StartsWith(Prefix, StringComparison.Ordinal) && path.EndsWith(Suffix, StringComparison.Ordinal);
}
