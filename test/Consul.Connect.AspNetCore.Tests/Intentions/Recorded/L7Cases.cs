using System.Text.Json;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Situations from Consul's own tests, golden files, documentation and issues, but those about tokens.</summary>
internal static class L7Cases
{
    // The identity is refused before intentions are asked: a foreign mesh, an agent, a gateway, a CA.
    public static IReadOnlyList<string> NotAService { get; } = ["L4-32", "L4-33", "L4-34", "L4-35"];

    public static IEnumerable<JsonElement> Rows => VectorFile.Read("l7.json").GetProperty("vectors").EnumerateArray()
        .Where(row => !row.Text("id").StartsWith("JWT-", StringComparison.Ordinal) && !NotAService.Contains(row.Text("id")));

    /// <summary>Those about a request.</summary>
    public static IEnumerable<EnvoyCase> Read() => Rows.Where(row => row.GetProperty("request").ValueKind == JsonValueKind.Object).Select(Case);

    public static EnvoyScenario Scenario(JsonElement row)
    {
        var service = row.GetProperty("destination").Text("name");
        return new(row.Text("id"), EnvoyCase.Intentions(service, row.GetProperty("intentions")), service, row.Text("defaultPolicy") == "allow", row.TryGetProperty("normalization", out var normalization) ? normalization : default);
    }

    public static ConnectPeer Caller(JsonElement row)
    {
        var uri = row.Text("source");
        var parts = uri["spiffe://".Length..].Split('/');
        var partition = parts[1] == "ap" ? parts[2] : "default";
        var rest = parts[1] == "ap" ? parts[3..] : parts[1..];
        return new(uri, parts[0], partition, rest[1], rest[3], rest[5], "01", DateTimeOffset.MaxValue);
    }

    public static bool Allows(JsonElement row) => row.GetProperty("expect").Text("decision") == "allow";

    private static EnvoyCase Case(JsonElement row)
    {
        var request = row.GetProperty("request");
        var fields = EnvoyCase.Pairs(request.GetProperty("headers")).ToArray();
        var scenario = Scenario(row);
        return new(
            scenario,
            Caller(row),
            request.Text("method"),
            request.Text("target"),
            fields.Where(field => field.Name.Equals("host", StringComparison.OrdinalIgnoreCase)).Select(field => field.Value).FirstOrDefault(scenario.Service),
            fields,
            row.GetProperty("expect").Text("decision") switch { "allow" => 200, "deny" => 403, "redirect307" => 307, _ => 400 },
            null,
            row.Text("id"));
    }
}
