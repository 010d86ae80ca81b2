using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Recordings;

/// <summary>A call that a real Consul 1.21.4 was asked, and its answer; keys and tokens were taken out.</summary>
public sealed record Recording(string Name, string Method, string Path, string? Body, bool HasToken, int Status, IReadOnlyDictionary<string, string> Headers, JsonNode? Answer)
{
    /// <summary>The answer as text, when it is no document.</summary>
    public string Text => (string?)Answer ?? "";

    public static Recording Load(string name)
    {
        var file = System.IO.Path.Combine(Repository.Root, "test", "Consul.Connect.DevAgent.Tests", "Recordings", "consul-1.21.4.json");
        var one = JsonNode.Parse(File.ReadAllText(file))![name] ?? throw new ArgumentException($"{name} was not recorded.");
        var request = one["request"]!;
        var headers = one["headers"]!.AsArray().ToDictionary(pair => (string)pair![0]!, pair => (string)pair![1]!, StringComparer.OrdinalIgnoreCase);
        return new(name, (string)request["method"]!, (string)request["path"]!, (string?)request["body"], request["headers"]!["X-Consul-Token"] is not null, (int)one["status"]!, headers, one["body"]?.DeepClone());
    }
}
