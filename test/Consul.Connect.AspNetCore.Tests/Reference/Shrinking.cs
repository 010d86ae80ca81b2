using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

/// <summary>Makes what fails smaller, step by step, as long as it still fails.</summary>
internal static class Shrinking
{
    public static GeneratedCase Shrink(GeneratedCase failing, Func<GeneratedCase, bool> fails)
    {
        while (Smaller(failing).FirstOrDefault(fails) is { } smaller)
            failing = smaller;
        return failing;
    }

    private static IEnumerable<GeneratedCase> Smaller(GeneratedCase whole) =>
    [
        .. Without(whole.Rules.Intentions).Select(fewer => whole with { Rules = whole.Rules with { Intentions = fewer } }),
        .. Each(whole.Rules.Intentions, Smaller).Select(smaller => whole with { Rules = whole.Rules with { Intentions = smaller } }),
        .. Smaller(whole.Rules.Reading).Select(reading => whole with { Rules = whole.Rules with { Reading = reading } }),
        .. Smaller(whole.Request).Select(request => whole with { Request = request }),
        .. whole.Caller == new GeneratedCaller("web") ? Array.Empty<GeneratedCase>() : [whole with { Caller = new("web") }],
    ];

    private static IEnumerable<Intention> Smaller(Intention whole) =>
    [
        .. Without(whole.Permissions).Where(fewer => fewer.Count > 0).Select(fewer => whole with { Permissions = fewer }),
        .. Each(whole.Permissions, Smaller).Select(smaller => whole with { Permissions = smaller }),
        .. Differing(whole, whole with { SourcePartition = "" }, whole with { SourceNamespace = "default" }, whole with { DestinationNamespace = "default" }, whole with { Precedence = 0 }),
    ];

    private static IEnumerable<Permission> Smaller(Permission whole) => whole.Http is not { } http ? [] :
        Without(http.Headers).Select(fewer => http with { Headers = fewer })
            .Concat(Each(http.Headers, header => Differing(header, header with { Invert = false }, header with { IgnoreCase = false })).Select(smaller => http with { Headers = smaller }))
            .Concat(Without(http.Methods).Select(fewer => http with { Methods = fewer }))
            .Concat(Differing(http, http with { PathExact = "" }, http with { PathPrefix = "" }, http with { PathRegex = "" }, http with { Unknown = null }))
            .Select(smaller => whole with { Http = smaller });

    private static IEnumerable<RequestReading> Smaller(RequestReading whole) =>
        Differing(whole, whole with { MergeSlashes = false }, whole with { EscapedSlashes = EscapedSlashes.Reject }, whole with { UnderscoredHeaders = UnderscoredHeaders.Allow }, whole with { NormalizePath = true });

    private static IEnumerable<GeneratedRequest> Smaller(GeneratedRequest whole) =>
    [
        .. Without(whole.Headers).Select(fewer => whole with { Headers = fewer }),
        .. Enumerable.Range(0, whole.Target.Length).Select(i => whole with { Target = whole.Target.Remove(i, 1) }).Where(request => request.Target.Length > 0),
        .. Each(whole.Headers, line => Enumerable.Range(0, line.Value.Length).Select(i => line with { Value = line.Value.Remove(i, 1) })).Select(smaller => whole with { Headers = smaller }),
        .. whole.Method == "GET" ? Array.Empty<GeneratedRequest>() : [whole with { Method = "GET" }],
        .. whole.Authority == "web" ? Array.Empty<GeneratedRequest>() : [whole with { Authority = "web" }],
    ];

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> list) =>
        Enumerable.Range(0, list.Count).Select(i => list.Where((_, at) => at != i).ToArray());

    private static IEnumerable<IReadOnlyList<T>> Each<T>(IReadOnlyList<T> list, Func<T, IEnumerable<T>> smaller) =>
        Enumerable.Range(0, list.Count).SelectMany(i => smaller(list[i]).Select(item => list.Select((other, at) => at == i ? item : other).ToArray()));

    private static IEnumerable<T> Differing<T>(T whole, params T[] candidates) =>
        candidates.Where(candidate => !EqualityComparer<T>.Default.Equals(whole, candidate));
}
