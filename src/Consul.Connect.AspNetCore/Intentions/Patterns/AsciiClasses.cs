namespace ConsulConnect.Intentions;

/// <summary>The classes RE2 knows by a letter (<c>\d</c>) or a POSIX name (<c>[:alpha:]</c>): none holds anything beyond ASCII.</summary>
internal static class AsciiClasses
{
    private static readonly RuneSet Digit = Of("09");
    private static readonly RuneSet Word = Of("09AZ__az");

    // \s lacks the vertical tab, [:space:] has it.
    private static readonly RuneSet Space = Of("\t\n\f\r  ");

    private static readonly Dictionary<string, RuneSet> Posix = new()
    {
        ["alnum"] = Of("09AZaz"),
        ["alpha"] = Of("AZaz"),
        ["ascii"] = Of("\0\u007F"),
        ["blank"] = Of("\t\t  "),
        ["cntrl"] = Of("\0\u001F\u007F\u007F"),
        ["digit"] = Digit,
        ["graph"] = Of("!~"),
        ["lower"] = Of("az"),
        ["print"] = Of(" ~"),
        ["punct"] = Of("!/:@[`{~"),
        ["space"] = Of("\t\r  "),
        ["upper"] = Of("AZ"),
        ["word"] = Word,
        ["xdigit"] = Of("09AFaf"),
    };

    /// <summary>The class of <c>\d</c>, <c>\s</c> or <c>\w</c>, by its small letter.</summary>
    public static RuneSet? ByLetter(char letter) => letter switch { 'd' => Digit, 's' => Space, 'w' => Word, _ => null };

    public static RuneSet? ByName(ReadOnlySpan<char> name) => Posix.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var found) ? found : null;

    private static RuneSet Of(string bounds) => RuneSet.Of([.. bounds.Chunk(2).Select(pair => ((int)pair[0], (int)pair[1]))]);
}
