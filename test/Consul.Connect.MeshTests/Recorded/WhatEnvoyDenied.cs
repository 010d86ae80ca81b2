using System.Text.Json;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests.Recorded;

/// <summary>Some requests of every recorded scenario, over the wire of a real server. All of them are decided without one elsewhere.</summary>
public sealed class WhatEnvoyDenied(ITestOutputHelper output)
{
    private const int CasesOfAScenario = 3;
    private const int Seed = 20260501;

    [Theory]
    [InlineData("allow")]
    [InlineData("deny")]
    [InlineData("mesh-off")]
    [InlineData("mesh-redirect")]
    [InlineData("mesh-reject")]
    [InlineData("mesh-unescape")]
    public async Task Is_never_allowed_and_each_answer_is_the_evaluators(string file)
    {
        output.WriteLine($"Seed {Seed}.");
        var choice = new Random(Seed);
        var recorded = Read(file);
        var allowsByDefault = recorded.GetProperty("defaultPolicy").GetString() == "allow";
        var (reading, settings) = Normalization(recorded.GetProperty("normalization"));
        await using var app = await RecordedApp.StartAsync(allowsByDefault, settings);
        int sent = 0, unasked = 0;
        List<string> wider = [], different = [];
        foreach (var scenario in recorded.GetProperty("scenarios").EnumerateArray())
        {
            var match = scenario.GetProperty("intentions").GetRawText();
            await app.SwitchAsync(match);
            // An escaped slash is for us a fault only of what rules about paths are asked about.
            var isAboutPaths = match.Contains("\"Path", StringComparison.Ordinal) || match.Contains("\":path\"", StringComparison.Ordinal);
            var pure = new PureDecision(match, reading, allowsByDefault);
            var rows = RecordedCase.Of(scenario).ToArray();
            choice.Shuffle(rows);
            foreach (var (row, http2) in rows.Take(CasesOfAScenario).SelectMany(row => new[] { (row, false), (row, true) }))
            {
                var (answer, decided) = await app.AskAsync(row, http2);
                var told = $"{scenario.GetProperty("name").GetString()}, HTTP/{(http2 ? "2" : "1.1")}, {row.What}: {answer} ({decided})";
                sent++;
                if (answer.Status == 200 && row.IsDenied && !(row.Status == 400 && row.HasEscapedSlash && !isAboutPaths))
                    wider.Add(told);
                if (decided is null && answer.Status != 200 && (answer.Status is null || pure.StatusOf(row) is not null))
                    unasked++;
                else if (answer.Status != pure.StatusOf(row))
                    different.Add($"{told}, and the evaluator says {pure.StatusOf(row)}");
            }
        }

        output.WriteLine($"{file}: {sent} requests, {unasked} of them refused before rules were asked.");
        Assert.True(wider.Count == 0, $"Let in, though Envoy refused it:\n{string.Join('\n', wider)}");
        Assert.True(different.Count == 0, $"Not what the evaluator says:\n{string.Join('\n', different)}");
    }

    [Fact]
    public async Task Is_never_allowed_on_any_wire()
    {
        // What Envoy's parsers refuse, and another HTTP/2 server may read; rules see it as it is.
        string[] envoysParser = ["extended CONNECT websocket /public", "no authority no host", "transfer-encoding"];
        List<string> wider = [], different = [];
        var sent = 0;
        foreach (var byDefault in Read("wire").GetProperty("scenarios").EnumerateArray().GroupBy(scenario => scenario.GetProperty("defaultPolicy").GetString()))
        {
            await using var app = await RecordedApp.StartAsync(byDefault.Key == "allow");
            foreach (var scenario in byDefault)
            {
                await app.SwitchAsync($$"""[{"SourceNS":"default","SourceName":"client","DestinationNS":"default","DestinationName":"web","SourceType":"consul","Precedence":9,"Permissions":{{scenario.GetProperty("permissions").GetRawText()}}}]""");
                foreach (var row in RecordedCase.OfWire(scenario))
                {
                    var (answer, decided) = await app.AskAsync(row, row.Fields is not null);
                    var told = $"{scenario.GetProperty("name").GetString()} ({byDefault.Key}), {row.What}: {answer} ({decided}), Envoy {row.Status}";
                    sent++;
                    if (answer.Status == 200 && row.Status is not (200 or 404) && !envoysParser.Contains(row.What) && !(row.Status == 400 && row.What.StartsWith("method", StringComparison.Ordinal)))
                        wider.Add(told);
                    if (decided is { } decision && answer.Status != (decision.Allowed ? 200 : Server.RefusalAnswer.StatusOf(decision.Reason)) && !(decision.Allowed && answer.End != WireEnd.Complete))
                        different.Add(told);
                }
            }
        }

        output.WriteLine($"{sent} requests.");
        Assert.True(wider.Count == 0, $"Let in, though Envoy refused it:\n{string.Join('\n', wider)}");
        Assert.True(different.Count == 0, $"Not what the evaluator says:\n{string.Join('\n', different)}");
    }

    private static (RequestReading Reading, Dictionary<string, string?> Settings) Normalization(JsonElement recorded)
    {
        var options = new ConnectRequestNormalizationOptions();
        Dictionary<string, string?> settings = [];
        if (recorded.ValueKind == JsonValueKind.Object)
        {
            // What users cannot set stays as we ship it.
            options.MergeSlashes = recorded.TryGetProperty("MergeSlashes", out var merge) && merge.GetBoolean();
            options.HeadersWithUnderscoresAction = recorded.TryGetProperty("HeadersWithUnderscoresAction", out var action) && action.GetString() == "DROP_HEADER" ? ConnectUnderscoresAction.DropHeader
                : action.ValueKind == JsonValueKind.String ? ConnectUnderscoresAction.RejectRequest
                : ConnectUnderscoresAction.Allow;
            settings["Consul:Connect:RequestNormalization:MergeSlashes"] = options.MergeSlashes.ToString();
            if (action.ValueKind == JsonValueKind.String)
                settings["Consul:Connect:RequestNormalization:HeadersWithUnderscoresAction"] = action.GetString();
        }

        return (RequestReading.Of(options), settings);
    }

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "test", "Consul.Connect.AspNetCore.Tests", "Vectors", "envoy", $"{file}.json")));
        return document.RootElement.Clone();
    }
}
