using System.Globalization;

namespace ConsulConnect.Intentions;

/// <summary>
/// What RE2 knows of Unicode, from RE2 itself (Unicode.txt, written by test/tools/re2-oracle): its categories, its scripts,
/// and which characters are one when case is ignored. The runtime's own tables are of another version.
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> Loaded = new(() => new());

    private readonly Dictionary<string, RuneSet> _groups = new() { ["Any"] = RuneSet.All };
    private readonly Dictionary<int, int[]> _orbits = [];
    private readonly int[] _folding;

    private UnicodeTables()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("ConsulConnect.Intentions.Unicode.txt")
            ?? throw new InvalidOperationException("The Unicode tables are missing from the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "=")
                AddOrbit([.. words.Skip(1).Select(Hex)]);
            else
                _groups[words[0]] = RuneSet.Of([.. words.Skip(1).Select(Range)]);
        }

        _folding = [.. _orbits.Keys.Order()];
    }

    public static UnicodeTables Instance => Loaded.Value;

    /// <summary>A category or a script; null when RE2 knows none of that name.</summary>
    public RuneSet? Group(string name) => _groups.GetValueOrDefault(name);

    /// <summary>The characters that are one with this when case is ignored, itself included; empty when there is no other.</summary>
    public ReadOnlySpan<int> Orbit(int rune) => _orbits.GetValueOrDefault(rune);

    /// <summary>Adds what is one with a character of the range when case is ignored.</summary>
    public void AddFolded(List<(int First, int Last)> ranges, int first, int last)
    {
        ranges.Add((first, last));
        var at = Array.BinarySearch(_folding, first);
        for (var i = at < 0 ? ~at : at; i < _folding.Length && _folding[i] <= last; i++)
            foreach (var other in _orbits[_folding[i]])
                if (other < first || other > last)
                    ranges.Add((other, other));
    }

    private void AddOrbit(int[] orbit)
    {
        foreach (var rune in orbit)
            _orbits.Add(rune, orbit);
    }

    private static (int First, int Last) Range(string word)
    {
        var dash = word.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (Hex(word), Hex(word)) : (Hex(word[..dash]), Hex(word[(dash + 1)..]));
    }

    private static int Hex(string word) => int.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
