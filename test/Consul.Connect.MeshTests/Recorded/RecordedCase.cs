using System.Text;
using System.Text.Json;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Recorded;

/// <summary>A request that a real Envoy answered, as it went over the wire: a character a byte.</summary>
/// <param name="Source">The caller.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">The raw target.</param>
/// <param name="Headers">The fields, host or :authority among them; null: <paramref name="Fields"/> hold all.</param>
/// <param name="Fields">The fields of HTTP/2, in their order; null: made from the others.</param>
/// <param name="Status">What Envoy answered; null: it gave no answer.</param>
/// <param name="IsAllowedByTable">Whether Consul's precedence table allows it where Envoy does not.</param>
/// <param name="What">For messages.</param>
internal sealed record RecordedCase(string Source, string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, IReadOnlyList<(string Name, string Value)>? Fields, int? Status, bool IsAllowedByTable, string What)
{
    private static readonly string[] Known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

    public string Authority => Headers.First(header => header.Name == "host").Value;

    /// <summary>Whether Envoy's answer says that such a request must not be let in. A method that its parser does not know says nothing about rules.</summary>
    public bool IsDenied => !IsAllowedByTable && (Status == 403 || (Status == 400 && Known.Contains(Method)));

    public bool HasEscapedSlash => Target.Contains("%2f", StringComparison.OrdinalIgnoreCase) || Target.Contains("%5c", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<RecordedCase> Of(JsonElement scenario) => scenario.GetProperty("cases").EnumerateArray().Select(row =>
    {
        var headers = Pairs(row.GetProperty("headers"));
        if (!headers.Any(header => header.Name.Equals("host", StringComparison.OrdinalIgnoreCase)))
            headers = [("host", "web"), .. headers];
        return new RecordedCase(row.GetProperty("source").GetString()!, row.GetProperty("method").GetString()!, row.GetProperty("target").GetString()!, headers, null,
            row.GetProperty("status").GetInt32(), row.TryGetProperty("precedenceTable", out var table) && table.GetRawText().Contains("allow", StringComparison.Ordinal), row.GetRawText());
    });

    public static IEnumerable<RecordedCase> OfWire(JsonElement scenario) => scenario.GetProperty("cases").EnumerateArray().Select(row =>
    {
        int? status = row.TryGetProperty("status", out var answered) ? answered.GetInt32() : null;
        var what = row.GetProperty("what").GetString()!;
        return row.GetProperty("http").GetString() == "2"
            ? new("client", "", "", [], Pairs(row.GetProperty("fields")), status, false, what)
            : new RecordedCase("client", row.GetProperty("method").GetString()!, row.GetProperty("target").GetString()!, [("host", "web")], null, status, false, what);
    });

    public string Http1 => Http1Connection.Request(Method, Target, Headers);

    public IReadOnlyList<(string Name, string Value)> Http2 => Fields ??
        [(":method", Method), (":scheme", "https"), (":authority", Authority), (":path", Target), .. Headers.Where(header => header.Name != "host").Select(header => (header.Name.ToLowerInvariant(), header.Value))];

    /// <summary>A value as the server reads its bytes.</summary>
    public static string AsUtf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    private static (string Name, string Value)[] Pairs(JsonElement pairs) => [.. pairs.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!))];
}
