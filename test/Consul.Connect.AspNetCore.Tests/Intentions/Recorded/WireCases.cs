using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Requests that only HTTP/2 frames or odd HTTP/1.1 lines can express.</summary>
internal static class WireCases
{
    public static IEnumerable<EnvoyCase> Read()
    {
        foreach (var entry in VectorFile.Read("envoy", "wire.json").GetProperty("scenarios").EnumerateArray())
        {
            using var intentions = JsonDocument.Parse($$"""
                [{"SourceNS":"default","SourceName":"{{entry.Text("source")}}","DestinationNS":"default","DestinationName":"web","SourceType":"consul","Precedence":9,"Permissions":{{entry.GetProperty("permissions").GetRawText()}}}]
                """);
            var scenario = new EnvoyScenario(entry.Text("name"), EnvoyCase.Intentions("web", intentions.RootElement), "web", entry.Text("defaultPolicy") == "allow", default);
            foreach (var row in entry.GetProperty("cases").EnumerateArray())
                yield return row.Text("http") == "2" ? OfFields(scenario, row) : OfLine(scenario, row);
        }
    }

    private static EnvoyCase OfLine(EnvoyScenario scenario, JsonElement row) =>
        new(scenario, Policy.Caller("client"), row.Text("method"), row.Text("target"), "web", [], Status(row), null, row.Text("what"));

    // As a server reads HTTP/2: :authority wins over host, and a request to upgrade is a GET. Envoy escapes bytes beyond ASCII.
    private static EnvoyCase OfFields(EnvoyScenario scenario, JsonElement row)
    {
        var fields = EnvoyCase.Pairs(row.GetProperty("fields")).ToArray();
        string Field(string name) => fields.FirstOrDefault(field => field.Name == name).Value ?? "";
        var authority = Field(":authority") is { Length: > 0 } text ? text : Field("host");
        var path = string.Concat(Encoding.Latin1.GetBytes(Field(":path")).Select(b => b < 0x80 ? $"{(char)b}" : string.Create(CultureInfo.InvariantCulture, $"%{b:X2}")));
        return new(
            scenario,
            Policy.Caller("client"),
            Field(":protocol").Length > 0 ? "GET" : Field(":method"),
            Field(":method") == "CONNECT" && path.Length == 0 ? authority : path,
            authority,
            [.. fields.Where(field => !field.Name.StartsWith(':') && field.Name is not ("host" or ""))],
            Status(row),
            null,
            row.Text("what"));
    }

    private static int Status(JsonElement row) => row.TryGetProperty("status", out var status) ? status.GetInt32() : 0;
}
