using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

/// <summary>What a real Consul 1.21.4 was asked and answered.</summary>
public sealed partial record RecordedAnswer(string Name, RecordedRequest Request, int Status, Dictionary<string, string> Headers, JsonElement Body)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyDictionary<string, JsonElement> Read() =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Captures", "intentions-1.21.4.json")), Options)!;

    public static IReadOnlyList<RecordedAnswer> ReadList(JsonElement list) => list.Deserialize<List<RecordedAnswer>>(Options)!;

    /// <summary>Asks the same and finds the same: status, headers but for their indexes, and the body with its members in their order.</summary>
    public async Task ReplayAsync(ContractAgent agent, string? token = null)
    {
        var answer = await agent.SendAsync(new(Request.Method), Request.Path, Request.Body, token);
        var actual = $"{Name}: {(int)answer.Status} {Describe(answer.Headers)}\n{Comparable(answer.Header("Content-Type") == "application/json" ? JsonNode.Parse(answer.Text)! : JsonValue.Create(answer.Text))}";
        var expected = $"{Name}: {Status} {Describe(Headers)}\n{Comparable(JsonNode.Parse(Body.GetRawText()))}";
        Assert.Equal(expected, actual);
    }

    private static string Describe(IReadOnlyDictionary<string, string> headers) =>
        string.Join(" ", headers.Where(one => one.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || one.Key == "Content-Type").OrderBy(one => one.Key, StringComparer.OrdinalIgnoreCase)
            .Select(one => $"{one.Key.ToLowerInvariant()}={(one.Key.Equals("X-Consul-Index", StringComparison.OrdinalIgnoreCase) ? "" : one.Value)}"));

    // What is this agent's own: indexes, the hash, the ids of tokens.
    private static string Comparable(JsonNode? body)
    {
        Blank(body);
        return AccessorId().Replace(body?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null", "AccessorID ''");
    }

    private static void Blank(JsonNode? node)
    {
        if (node is JsonArray array)
            foreach (var item in array)
                Blank(item);
        else if (node is JsonObject entry)
        {
            foreach (var name in new[] { "CreateIndex", "ModifyIndex", "Hash" })
                if (entry.ContainsKey(name))
                    entry[name] = 0;
            foreach (var (_, value) in entry)
                Blank(value);
        }
    }

    [GeneratedRegex("AccessorID '[^']*'")]
    private static partial Regex AccessorId();
}

public sealed record RecordedRequest(string Method, string Path, string? Body);
