using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

/// <summary>An instance as a <see cref="ScriptedAgent"/> lists it: native and passing, if nothing else is said.</summary>
public sealed record ScriptedInstance(string Id, int Port)
{
    public string Node { get; init; } = "node1";

    public string? NodeAddress { get; init; } = "10.0.0.1";

    public string? Datacenter { get; init; } = "dc1";

    /// <summary>Empty: the node's.</summary>
    public string? Address { get; init; } = "127.0.0.1";

    /// <summary>Null: that which was asked for.</summary>
    public string? Service { get; init; }

    public string? Kind { get; init; }

    public bool Native { get; init; } = true;

    /// <summary>For a sidecar: whom it stands for.</summary>
    public string? Destination { get; init; }

    public string Peer { get; init; } = "";

    /// <summary>The states of its checks.</summary>
    public IReadOnlyList<string> Checks { get; init; } = ["passing"];

    public string Output { get; init; } = "";

    public int? Passing { get; init; } = 1;

    public int? Warning { get; init; } = 1;

    public int Index { get; init; } = 20;

    public IReadOnlyDictionary<string, string> Meta { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The entry, in the form of Consul 1.21.</summary>
    [SuppressMessage("Maintainability", "CA1507", Justification = "Consul's words, not those of this type.")]
    public JsonObject ToJson(string asked) => new()
    {
        ["Node"] = new JsonObject
        {
            ["ID"] = "1cd186f9-6376-0f1f-d3df-d54ed81a32bc",
            ["Node"] = Node,
            ["Address"] = NodeAddress,
            ["Datacenter"] = Datacenter,
            ["TaggedAddresses"] = new JsonObject { ["lan"] = NodeAddress, ["wan"] = NodeAddress },
            ["Meta"] = new JsonObject { ["consul-network-segment"] = "", ["consul-version"] = "1.21.4" },
            ["CreateIndex"] = 13,
            ["ModifyIndex"] = 14,
        },
        ["Service"] = new JsonObject
        {
            ["Kind"] = Kind,
            ["ID"] = Id,
            ["Service"] = Service ?? asked,
            ["Tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)tag)]),
            ["Address"] = Address,
            ["TaggedAddresses"] = new JsonObject { ["lan_ipv4"] = new JsonObject { ["Address"] = Address, ["Port"] = Port } },
            ["Meta"] = new JsonObject(Meta.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["Port"] = Port,
            ["Weights"] = Passing is null && Warning is null ? null : new JsonObject { ["Passing"] = Passing, ["Warning"] = Warning },
            ["EnableTagOverride"] = false,
            ["Proxy"] = new JsonObject { ["DestinationServiceName"] = Destination, ["Mode"] = "", ["MeshGateway"] = new JsonObject(), ["Expose"] = new JsonObject() },
            ["Connect"] = Native ? new JsonObject { ["Native"] = true } : [],
            ["PeerName"] = Peer,
            ["CreateIndex"] = Index,
            ["ModifyIndex"] = Index,
        },
        ["Checks"] = new JsonArray([.. Checks.Select((status, number) => (JsonNode)new JsonObject
        {
            ["Node"] = Node,
            ["CheckID"] = $"check:{Id}:{number}",
            ["Name"] = "a check",
            ["Status"] = status,
            ["Notes"] = "",
            ["Output"] = Output,
            ["ServiceID"] = Id,
            ["ServiceName"] = Service ?? asked,
            ["ServiceTags"] = new JsonArray(),
            ["Type"] = "ttl",
            ["Definition"] = new JsonObject(),
        })]),
    };
}
