using System.Collections.Concurrent;

namespace ConsulConnect.MeshTests.Patterns;

/// <summary>What came out of many comparisons, made by several threads.</summary>
internal sealed class Tally
{
    private int _accepted;
    private int _refusedByBoth;
    private int _matches;
    private int _matchesIgnoringCase;

    public ConcurrentQueue<string> Disagreements { get; } = [];

    public ConcurrentDictionary<string, int> Refusals { get; } = [];

    public int Accepted => _accepted;

    public void Agreed(int matches, int matchesIgnoringCase)
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Add(ref _matches, matches);
        Interlocked.Add(ref _matchesIgnoringCase, matchesIgnoringCase);
    }

    public void RefusedByBoth() => Interlocked.Increment(ref _refusedByBoth);

    public void Refused(string? name, string pattern, string problem)
    {
        if (name is null)
            Disagree($"`{pattern}` is refused for a reason that is in no list: {problem}");
        else
            Refusals.AddOrUpdate(name, 1, (_, before) => before + 1);
    }

    public void Disagree(string what) => Disagreements.Enqueue(what);

    public override string ToString() =>
        $"{_accepted} patterns accepted by both ({_matches} matches, {_matchesIgnoringCase} ignoring case), {_refusedByBoth} refused by both, "
        + $"refused by us alone: {string.Join(", ", Refusals.OrderByDescending(one => one.Value).Select(one => $"{one.Value} \"{one.Key}\""))}";
}
