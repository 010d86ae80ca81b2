using System.Text.Json;

namespace ConsulConnect.Tests.Agent;

/// <summary>The recorded rules of blocking queries, each against the real loop. Those about what is sent are with the client.</summary>
public sealed class BlockingRules
{
    internal static readonly string[] AboutRequests = ["B-18", "B-19", "B-22", "B-23", "B-24", "B-26"];

    private static readonly Dictionary<string, JsonElement> Rows = Load();

    public static TheoryData<string> Ids => [.. Rows.Keys.Except(AboutRequests)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Every_recorded_rule_holds(string id)
    {
        var (state, response, expect) = (Rows[id].GetProperty("state"), Rows[id].GetProperty("response"), Rows[id].GetProperty("expect"));
        await using var loop = new WatchedLoop(heals: id == "B-17");
        loop.Watch.Start();
        var unchanged = expect.TryGetProperty("deliver", out var deliver) && deliver.ValueKind == JsonValueKind.False;
        var known = Text(state, "lastBody") ?? (unchanged ? Text(response, "body") : null) ?? "before";
        var call = await ReachAsync(loop, state, known);
        var before = loop.Delivered.Count;

        if (expect.TryGetProperty("sendIndex", out var sent))
            Assert.Equal(sent.ValueKind == JsonValueKind.Null ? 0 : sent.GetUInt64(), call.Query.Index);
        call.Respond(Number(response, "status") ?? 200, Text(response, "index"), Text(response, "body") ?? known, Text(response, "contentHash"));
        var (next, slept) = await loop.NextAsync();

        if (Number(expect, "nextIndex") is { } index)
            Assert.Equal((ulong)index, next.Query.Index);
        if (Text(expect, "nextHash") is "")
            Assert.Null(next.Query.Hash);
        if (deliver.ValueKind != JsonValueKind.Undefined)
            Assert.Equal(deliver.ValueKind == JsonValueKind.String ? known != "v1" : deliver.GetBoolean(), loop.Delivered.Count > before);
        if (expect.TryGetProperty("keepLastValue", out _))
            Assert.Equal(before, loop.Delivered.Count);
        CheckPause(id, slept, loop);
    }

    [Fact]
    public void No_rule_is_left_out() => Assert.Equal(26, Ids.Count + AboutRequests.Length);

    private static void CheckPause(string id, TimeSpan slept, WatchedLoop loop)
    {
        var (least, most) = id switch
        {
            // A pause doubles from 100 ms to 2 s after failures, from 1 s to 10 s when the agent asks for fewer calls.
            "B-11" or "B-10" => (100, 125),
            "B-12" => (400, 500),
            "B-13" => (1600, 2000),
            "B-15" => (1000, 1000),
            "B-16" => (1000, 1250),
            "B-06" or "B-09" => (900, 1100),
            "B-17" => (1000, 1000),
            _ => (0, 0),
        };
        Assert.InRange(slept.TotalMilliseconds, least, most);
        if (id is "B-11" or "B-10" or "B-15")
            Assert.NotNull(loop.Watch.LastError);
        if (id == "B-15")
            Assert.Single(loop.Logs.WithId(102));
        if (id == "B-17")
            Assert.Equal(1, loop.Healed);
        if (id is "B-14" or "B-20")
            Assert.Null(loop.Watch.LastError);
    }

    /// <summary>Brings the loop to where the row begins.</summary>
    private static async Task<PendingCall> ReachAsync(WatchedLoop loop, JsonElement state, string known)
    {
        var call = await loop.NextAtOnceAsync();
        if (Number(state, "lastIndex") is > 0 and { } index)
        {
            call.Answer(known, index);
            call = await loop.NextAtOnceAsync();
        }

        if (Text(state, "lastHash") is { } hash)
        {
            call.Answer("before", hash: hash);
            call = await loop.NextAtOnceAsync();
            Assert.Equal(hash, call.Query.Hash);
        }

        for (var failures = Number(state, "failures") ?? 0; failures > 0; failures--)
        {
            call.Respond(500);
            (call, _) = await loop.NextAsync();
        }

        return call;
    }

    private static Dictionary<string, JsonElement> Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Vectors", "blocking.json"));
        return JsonDocument.Parse(file).RootElement.GetProperty("vectors").EnumerateArray().ToDictionary(row => row.GetProperty("id").GetString()!);
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
