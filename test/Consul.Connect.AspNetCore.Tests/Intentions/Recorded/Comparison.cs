using System.Globalization;
using System.Text;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Counts how recorded decisions and ours compare, by name and by file.</summary>
internal sealed class Comparison
{
    public const string Equal = "equal";
    public const string Wider = "WIDER";
    public const string Differs = "DIFFERS";

    private readonly SortedDictionary<string, Dictionary<string, int>> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _files = [];

    /// <summary>What no count may hold.</summary>
    public List<string> Unexplained { get; } = [];

    public static Comparison Run(Func<EnvoyCase, string> compare)
    {
        var comparison = new Comparison();
        foreach (var file in Files)
        {
            comparison._files.Add(file.Name);
            foreach (var row in file.Cases())
            {
                var outcome = compare(row);
                if (outcome is Wider or Differs || outcome.EndsWith(Strictness.Other, StringComparison.Ordinal))
                    comparison.Unexplained.Add($"{outcome}: {row}; we: {row.Decide()}; like Envoy: {row.DecideLikeEnvoy()}");
                comparison.Count(outcome, file.Name);
            }
        }

        return comparison;
    }

    /// <summary>Our own semantics.</summary>
    public static string Default(EnvoyCase row)
    {
        var ours = row.Decide();
        var recorded = row.Table ?? row.Allowed;
        if (ours.Allowed)
        {
            return recorded ? Equal : row.Status switch
            {
                403 when row.IsUnnormalised && row.IsAllowedByEnvoyWhenNormalised => "Envoy did not normalise the path: a setting that cannot be given to us",
                403 => Wider,
                400 or 0 when row.LeftToTheParser => "left to the server's parser",
                307 => "Envoy redirects before it asks rules",
                404 => "Envoy has no route and asks no rule",
                400 when row.Target.Contains("%2f", StringComparison.OrdinalIgnoreCase) || row.Target.Contains("%5c", StringComparison.OrdinalIgnoreCase) => row.IsAboutPaths ? Wider : "escaped slash, and no rule is about paths",
                _ => Wider,
            };
        }

        return recorded ? $"stricter: {Strictness.Of(row, ours)}" : Equal;
    }

    /// <summary>Envoy's semantics.</summary>
    public static string LikeEnvoy(EnvoyCase row)
    {
        var ours = row.DecideLikeEnvoy();
        var same = row.Status switch
        {
            _ when row.Table is { } table => ours.Allowed == table,
            403 => !ours.Allowed && ours.Reason is DecisionReason.Intention or DecisionReason.DefaultPolicy,
            307 => ours.Reason == DecisionReason.EnvoyRedirect,
            404 when !row.Allowed => ours.Reason == DecisionReason.EnvoyNoRoute,
            400 or 0 => ours.Reason == DecisionReason.MalformedRequest,
            _ => ours.Allowed,
        };
        if (same)
            return row.Table is null ? Equal : "equal to the precedence table";
        if (row is { Status: 404, Target: "*" })
            return "no route: OPTIONS *";
        if (row.What.StartsWith("extended CONNECT", StringComparison.Ordinal))
            return "extended CONNECT";
        if (row.LeftToTheParser)
            return "refused by its parser";
        var headers = row.Scenario.Intentions.SelectMany(intention => intention.Permissions).SelectMany(permission => permission.Http?.Headers ?? []).ToArray();
        if (headers.Any(header => Strictness.IsSidecar(header.Name)))
            return "a header that a sidecar adds";
        return headers.Any(header => header.Regex.Length > 0 && row.Request.Headers[header.Name].Any(line => line!.Any(c => c > '~')))
            ? "a regex on bytes that are no UTF-8"
            : Differs;
    }

    public string Table()
    {
        var table = new StringBuilder();
        table.Append("| |").AppendJoin(" |", _files.Select(file => $" {file}")).Append(" | all |\n");
        table.Append("|---|").Insert(table.Length, "---:|", _files.Count + 1).Append('\n');
        foreach (var (outcome, counts) in _counts.OrderBy(row => row.Key.StartsWith("equal", StringComparison.Ordinal) ? 0 : 1).ThenByDescending(row => row.Value.Values.Sum()).ThenBy(row => row.Key, StringComparer.Ordinal))
            Line(outcome, counts);
        Line("decisions", _files.ToDictionary(file => file, file => _counts.Values.Sum(counts => counts.GetValueOrDefault(file))));
        return table.ToString();

        void Line(string name, Dictionary<string, int> counts) => table
            .Append(CultureInfo.InvariantCulture, $"| {name} |")
            .AppendJoin(" |", _files.Select(file => counts.TryGetValue(file, out var count) ? $" {count}" : " "))
            .Append(CultureInfo.InvariantCulture, $" | {counts.Values.Sum()} |\n");
    }

    private static IEnumerable<(string Name, Func<IEnumerable<EnvoyCase>> Cases)> Files =>
    [
        .. new[] { "deny", "allow", "mesh-off", "mesh-redirect", "mesh-reject", "mesh-unescape" }.Select(file => (file, (Func<IEnumerable<EnvoyCase>>)(() => EnvoyCase.Read(file)))),
        ("wire", WireCases.Read),
        ("l7", L7Cases.Read),
    ];

    private void Count(string outcome, string file)
    {
        if (!_counts.TryGetValue(outcome, out var counts))
            _counts.Add(outcome, counts = []);
        counts[file] = counts.GetValueOrDefault(file) + 1;
    }
}
