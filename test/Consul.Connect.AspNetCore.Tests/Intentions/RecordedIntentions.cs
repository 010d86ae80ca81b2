using System.Text.Json;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Situations recorded from Consul's own tests, golden files and agents.</summary>
public class RecordedIntentions
{
    // The identity is refused before intentions are asked: a foreign mesh, an agent, a gateway, a CA.
    private static readonly string[] NotAService = ["L4-32", "L4-33", "L4-34", "L4-35"];

    private static readonly JsonElement[] Vectors = Read();

    [Fact]
    public void Connections_are_decided_as_recorded()
    {
        var rows = Vectors.Where(row => !HasPermissions(row) && !NotAService.Contains(Text(row, "id"))).ToArray();

        // 44 plain rows, and four that need a JSON web token: for those an allow is unusable, whatever was recorded.
        Assert.Equal(44, rows.Length);
        Assert.All(rows, row => Assert.Equal(
            row.GetProperty("expect").GetProperty("decision").GetString() == "allow" && !Intentions(row).Any(intention => intention.RequiresJwt),
            Decide(row)?.Allowed ?? Text(row, "defaultPolicy") == "allow"));
    }

    [Fact]
    public void Where_permissions_decide_first_the_connection_is_refused_for_that_reason()
    {
        var rows = Vectors.Where(HasPermissions).ToArray();
        Assert.Equal(254, rows.Length);
        var decidedByPermissions = 0;
        foreach (var row in rows)
        {
            var caller = Caller(row);
            var first = Intentions(row)
                .OrderByDescending(intention => intention.Precedence)
                .FirstOrDefault(intention => (intention.SourceName == "*" || intention.SourceName == caller.Service) && intention.SourcePeer == "");
            var decision = Decide(row);
            if (first is { Permissions.Count: > 0 })
            {
                decidedByPermissions++;
                Assert.Equal((false, DecisionReason.Permissions), (decision!.Value.Allowed, decision.Value.Reason));
            }
            else
            {
                Assert.Equal(first is null ? null : first.Action == "allow" && !first.RequiresJwt, decision?.Allowed);
            }
        }

        Assert.InRange(decidedByPermissions, 200, 254);
    }

    private static IntentionDecision? Decide(JsonElement row) =>
        new IntentionSet(new([.. Intentions(row)]), row.GetProperty("destination").GetProperty("name").GetString()!).Decide(Caller(row));

    private static bool HasPermissions(JsonElement row) => Intentions(row).Any(intention => intention.Permissions.Count > 0);

    private static IEnumerable<Intention> Intentions(JsonElement row) => row.GetProperty("intentions").EnumerateArray().Select(intention => new Intention(
        Text(intention, "SourceType"), Text(intention, "SourcePartition"), Text(intention, "SourceNS"), Text(intention, "SourceName"), Text(intention, "SourcePeer"),
        Text(intention, "DestinationNS"), Text(intention, "DestinationName"), Text(intention, "Action"), intention.TryGetProperty("Permissions", out _) ? [new("deny", null, RequiresJwt: false, null)] : [],
        intention.TryGetProperty("JWT", out _), intention.GetProperty("Precedence").GetInt32(), Unknown: null));

    private static ConnectPeer Caller(JsonElement row)
    {
        var uri = Text(row, "source");
        var parts = uri["spiffe://".Length..].Split('/');
        var partition = parts[1] == "ap" ? parts[2] : "default";
        var rest = parts[1] == "ap" ? parts[3..] : parts[1..];
        return new(uri, parts[0], partition, rest[1], rest[3], rest[5], "01", DateTimeOffset.MaxValue);
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static JsonElement[] Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConsulConnect.AspNetCore.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        var file = Path.Combine(folder.FullName, "test", "Consul.Connect.AspNetCore.Tests", "Vectors", "l7.json");
        return [.. JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("vectors").EnumerateArray()];
    }
}
