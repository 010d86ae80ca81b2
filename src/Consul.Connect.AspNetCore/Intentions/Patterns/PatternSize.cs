namespace ConsulConnect.Intentions;

/// <summary>How large a part becomes when its repeats are written out. Compared with the bounds while the pattern is read.</summary>
/// <param name="Positions">Characters, or sets, that a text must be compared with.</param>
/// <param name="Instructions">More than RE2 needs for it.</param>
/// <param name="Copies">The product of the counted repeats on the way to its innermost part, as RE2 reckons it.</param>
internal readonly record struct PatternSize(int Positions, int Instructions, int Copies)
{
    public const int MostCharacters = 8192;
    public const int MostNestedGroups = 200;

    /// <summary>RE2's own bound.</summary>
    public const int MostCopies = 1000;

    // Each may cost time with each character of a text.
    private const int MostPositions = 1500;

    // RE2 takes 87,000 (from its 8 MiB).
    private const int MostInstructions = 40_000;

    public static readonly PatternSize Nothing = new(0, 1, 1);
    public static readonly PatternSize Rune = new(1, 1, 1);

    public bool IsTooLarge => Positions > MostPositions || Instructions > MostInstructions;

    // Beyond ASCII one range is several ranges of UTF-8 bytes.
    public static PatternSize Of(RuneSet set) => new(1, 2 + 4 * set.RangesBeyondAscii + (set.RangesBeyondAscii > 0 ? 8 : 0), 1);

    public PatternSize And(PatternSize next) =>
        new(Math.Min(Positions + next.Positions, MostPositions + 1), Math.Min(Instructions + next.Instructions, MostInstructions + 1), Math.Max(Copies, next.Copies));

    public PatternSize InGroup() => this with { Instructions = Instructions + 2 };

    public PatternSize Repeated(int least, int? most)
    {
        var written = most ?? least + 1;
        return new(Positions * written, Math.Max(1, (Instructions + 1) * written), Copies * Math.Max(1, most ?? least));
    }
}
