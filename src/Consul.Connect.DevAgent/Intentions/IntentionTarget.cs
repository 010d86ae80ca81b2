using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>A service as a query parameter names it: <c>[[partition/]namespace/]name</c>, or <c>peer:p/name</c> where that is allowed.</summary>
internal sealed record IntentionTarget(string Peer, string Partition, string Namespace, string Name)
{
    private const string PeerPrefix = "peer:";

    /// <param name="parameter">Named in the refusal.</param>
    public static IntentionTarget Parse(string parameter, string text, bool allowsPeer = false)
    {
        var parts = text.Split('/');
        var isPeer = text.StartsWith(PeerPrefix, StringComparison.Ordinal);
        return (isPeer, parts) switch
        {
            (true, _) when !allowsPeer => throw Invalid("cannot specify a peer here"),
            (true, [_]) => throw Invalid("need to specify the service name as well"),
            (true, [var peer, var name]) => new(peer[PeerPrefix.Length..], "", "", name),
            (true, [var peer, var ns, var name]) => new(peer[PeerPrefix.Length..], "", ns, name),
            (_, [var name]) => new("", "", "", name),
            (_, [var ns, var name]) => new("", "", ns, name),
            (_, [var partition, var ns, var name]) => new("", partition, ns, name),
            _ => throw Invalid("input can contain at most two '/'"),
        };

        AgentException Invalid(string why) => AgentException.Internal($"{parameter} {GoText.Quote(text)} is invalid: {why}");
    }

    /// <summary>Ends the call when it names what a community agent does not have.</summary>
    /// <param name="namespaces">What the namespace is called in the refusal.</param>
    /// <param name="hasReadHeaders">Whether the refusal carries the headers of a read.</param>
    public void RefuseEnterprise(string namespaces, string partitions, bool hasReadHeaders = false)
    {
        if (!IsDefault(Namespace))
            throw Refused($"Invalid {namespaces} {GoText.Quote(Namespace)}: Namespaces is a Consul Enterprise feature");
        if (!IsDefault(Partition))
            throw Refused($"Invalid {partitions} {GoText.Quote(Partition)}: Partitions is a Consul Enterprise feature");

        AgentException Refused(string text) => new(500, text) { HasReadHeaders = hasReadHeaders };
    }

    public static bool IsDefault(string name) => name == "" || name.Equals("default", StringComparison.OrdinalIgnoreCase);
}
