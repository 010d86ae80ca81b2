using System.Text.Json;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>Identities recorded from Consul. Where Consul accepts what a strict reader should not, we refuse.</summary>
public class TheRecordedIdentities
{
    private static readonly HashSet<string> _refusedHere = ["M-02", "M-06", "M-07", "M-12", "P-08", "P-09", "P-12", "P-14", "P-23", "P-24"];
    private static readonly JsonElement _vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "test/Consul.Connect.AspNetCore.Tests/Vectors/identity.json"))).RootElement;

    // Rows for old versions only contradict those for current ones.
    public static TheoryData<string> Ids(string section) =>
        [.. _vectors.GetProperty(section).EnumerateArray().Where(row => !row.TryGetProperty("maxConsul", out _)).Select(row => row.GetProperty("id").GetString()!)];

    [Theory, MemberData(nameof(Ids), "parse")]
    public void Are_read_as_recorded(string id)
    {
        var row = Row("parse", id);
        var isService = SpiffeId.TryParse(Text(row, "uri"), out var parsed, out var fault) && parsed.Kind is SpiffeKind.Service;

        if (!row.GetProperty("valid").GetBoolean() || IsRefused(row))
        {
            Assert.False(isService);
            Assert.True(fault.Length > 0 || parsed.Kind is SpiffeKind.Workload);
            return;
        }
        var fields = row.GetProperty("fields");
        Assert.Equal(Text(row, "kind").Replace("-", "", StringComparison.Ordinal), parsed.Kind.ToString(), ignoreCase: true);
        Assert.Equal(Text(fields, "host"), parsed.TrustDomain);
        if (isService)
            Assert.Equal((Text(fields, "partition"), Text(fields, "namespace"), Text(fields, "datacenter"), Text(fields, "service")), (parsed.Partition, parsed.Namespace, parsed.Datacenter, parsed.Service));
    }

    [Theory, MemberData(nameof(Ids), "serverCertMatch")]
    public void Are_matched_with_the_expected_one_exactly(string id)
    {
        var row = Row("serverCertMatch", id);
        var peer = Peer(row, "peerUriSans", trustDomain: null);

        var matches = SpiffeId.TryParse(Text(row, "expected"), out var expected, out _) && peer is not null && expected.Is(peer);

        Assert.Equal(row.GetProperty("match").GetBoolean() && !IsRefused(row), matches);
    }

    [Theory, MemberData(nameof(Ids), "serverVerify")]
    public void Are_accepted_from_callers_as_recorded(string id)
    {
        var row = Row("serverVerify", id);
        // Whether an accepted caller may call is decided elsewhere.
        var accepted = row.GetProperty("accepted").GetBoolean() || Text(row, "authorizeAnswer") is "deny" or "error";
        var (ours, foreign) = (TestCa.Create(), TestCa.Create());
        var us = Given.Credentials(ours);
        var names = Names(row, "clientUriSans");
        var leaf = (row.GetProperty("chainVerifies").ValueKind is JsonValueKind.False ? foreign : ours).IssueLeaf("web", o => o.UriNames = names ?? []);

        Assert.Equal(accepted, names is not null && us.Verdict(leaf).Peer is not null);
    }

    private static ConnectPeer? Peer(JsonElement row, string member, string? trustDomain)
    {
        if (Names(row, member) is not { } names)
            return null;
        var leaf = TestCa.Create().IssueLeaf("web", o => o.UriNames = names);
        return PeerVerifier.Read(leaf.Certificate, trustDomain, PeerRole.Upstream).Peer;
    }

    private static bool IsRefused(JsonElement row) => _refusedHere.Contains(Text(row, "id")) || row.TryGetProperty("recommend", out _);

    private static JsonElement Row(string section, string id) => _vectors.GetProperty(section).EnumerateArray().Single(row => Text(row, "id") == id);

    private static string Text(JsonElement row, string member) => row.GetProperty(member).GetString() ?? "";

    private static string[]? Names(JsonElement row, string member) =>
        row.GetProperty(member) is { ValueKind: JsonValueKind.Array } names ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : null;
}
