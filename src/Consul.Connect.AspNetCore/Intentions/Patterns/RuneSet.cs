namespace ConsulConnect.Intentions;

/// <summary>A set of Unicode code points.</summary>
internal sealed class RuneSet
{
    public const int Last = 0x10FFFF;
    public static readonly RuneSet All = new([0, Last]);
    public static readonly RuneSet AllButNewline = new([0, '\n' - 1, '\n' + 1, Last]);

    // First and last of each range, ascending; between two ranges lies at least one code point.
    private readonly int[] _bounds;
    private readonly UInt128 _ascii;

    private RuneSet(int[] bounds)
    {
        _bounds = bounds;
        for (var i = 0; i < bounds.Length && bounds[i] < 0x80; i += 2)
            for (var rune = bounds[i]; rune <= bounds[i + 1] && rune < 0x80; rune++)
                _ascii |= UInt128.One << rune;
    }

    public int RangeCount => _bounds.Length / 2;

    public int RangesBeyondAscii
    {
        get
        {
            var beyond = 0;
            for (var i = 1; i < _bounds.Length; i += 2)
                if (_bounds[i] > 0x7F)
                    beyond++;
            return beyond;
        }
    }

    /// <summary>The only code point in it; null when there are more, or none.</summary>
    public int? Single => _bounds is [var first, var last] && first == last ? first : null;

    public (int First, int Last) this[int range] => (_bounds[2 * range], _bounds[2 * range + 1]);

    public static RuneSet Of(int rune) => new([rune, rune]);

    /// <summary>All that is in one of the ranges, which may come in any order and overlap.</summary>
    public static RuneSet Of(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        var bounds = new List<int>(2 * ranges.Count);
        foreach (var (first, last) in ranges)
        {
            if (bounds.Count > 0 && first <= bounds[^1] + 1)
                bounds[^1] = Math.Max(bounds[^1], last);
            else
                bounds.AddRange([first, last]);
        }

        return new([.. bounds]);
    }

    public RuneSet Negate()
    {
        var gaps = new List<int>(_bounds.Length + 2);
        var next = 0;
        for (var i = 0; i < _bounds.Length; i += 2)
        {
            if (next < _bounds[i])
                gaps.AddRange([next, _bounds[i] - 1]);
            next = _bounds[i + 1] + 1;
        }

        if (next <= Last)
            gaps.AddRange([next, Last]);
        return new([.. gaps]);
    }

    public bool Contains(int rune)
    {
        if (rune < 0x80)
            return (_ascii >> rune & UInt128.One) != UInt128.Zero;
        var at = Array.BinarySearch(_bounds, rune);
        return at >= 0 || (~at & 1) == 1;
    }

    public void CopyTo(List<(int First, int Last)> ranges)
    {
        for (var i = 0; i < _bounds.Length; i += 2)
            ranges.Add((_bounds[i], _bounds[i + 1]));
    }
}
