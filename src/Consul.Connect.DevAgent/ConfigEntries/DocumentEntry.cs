using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>An entry this agent keeps as it was written, in Consul's form: all kinds but intentions.</summary>
internal sealed record DocumentEntry(string Kind, string Name, JsonObject Document) : ConfigEntry(Kind, Name)
{
    /// <summary>Of service-defaults or proxy-defaults; empty: not set.</summary>
    public string Protocol { get; } = Kind == ConfigKinds.ProxyDefaults
        ? (Document["Config"] as JsonObject)?["protocol"]?.ToString() ?? ""
        : Document.Text("Protocol");

    protected override JsonObject Body()
    {
        var body = new JsonObject().With("Kind", Kind);
        foreach (var (name, value) in Document)
            body.Add(name, value?.DeepClone());
        return body;
    }
}
