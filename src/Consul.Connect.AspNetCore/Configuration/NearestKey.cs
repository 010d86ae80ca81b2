namespace ConsulConnect.Configuration;

/// <summary>What a mistyped key was probably meant to be.</summary>
internal static class NearestKey
{
    // Longer ones are no typing mistakes, and the table grows with the square.
    private const int Longest = 64;

    public static string Of(string spelling, IEnumerable<string> keys) =>
        keys.MinBy(key => Distance(spelling.Length > Longest ? spelling[..Longest] : spelling, key))!;

    /// <summary>How many letters must be changed, added or removed; case does not count.</summary>
    public static int Distance(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (same ? 0 : 1));
            }

            above = row;
        }

        return above[b.Length];
    }
}
