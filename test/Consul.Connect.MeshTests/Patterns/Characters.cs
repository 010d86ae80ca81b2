using System.Text;

namespace ConsulConnect.MeshTests.Patterns;

/// <summary>The characters over which two ways to read a pattern could come apart.</summary>
internal static class Characters
{
    private static readonly Rune[] Plain = [.. "abcdikszABIKSZ019_-/.: \n".EnumerateRunes()];

    // Kelvin, long s, dotless and dotted i, micro and mu, the sigmas, sharp s, Arabic-Indic and other digits, line ends, spaces,
    // joiners, marks, ligatures, title case, surrogate pairs with and without case, the edges of planes and of the surrogates.
    private static readonly Rune[] Strange =
    [
        .. "\u212A\u017Fıİµμςσ\u03A3ßẞéÉÅ\u212BΩ\u2126ǅǆ\u0345\u0399\u1FBE٣९０\u0085\u00A0\u2028\u200D\u200C\u0301ﬀ\0\t\v\f\r\u001B\u007F\u0080ÿ\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFF\uFEFF".EnumerateRunes(),
        .. "\\[]^${}()|*+?,=!<>#&'\"".EnumerateRunes(),
        .. "𐐀𐐨😀𞤀𝟘".EnumerateRunes(), new(0x10FFFF), new(0x10000), new(0xE0001), new(0x1E943),
    ];

    private static readonly Rune[][] Cases =
    [
        .. new[] { "kK\u212A", "sS\u017F", "iIıİ", "µμ\u039C", "σς\u03A3", "ßẞ", "éÉ", "åÅ\u212B", "ωΩ\u2126", "Ǆǅǆ", "\u0345\u0399\u03B9\u1FBE", "𐐀𐐨", "aA", "bB", "zZ", "\n\r\u2028", "0٣９" }.Select(set => set.EnumerateRunes().ToArray()),
    ];

    public static Rune Any(Random random) => random.Next(20) switch
    {
        < 14 => Plain[random.Next(Plain.Length)],
        < 19 => Strange[random.Next(Strange.Length)],
        _ => random.Next(0x110000) is var value && Rune.IsValid(value) ? new(value) : new('x'),
    };

    /// <summary>Mostly the character itself, sometimes one that looks or folds like it.</summary>
    public static Rune AnyCase(Random random, Rune rune) =>
        random.Next(3) == 0 && Array.Find(Cases, set => set.Contains(rune)) is { } set ? set[random.Next(set.Length)] : rune;

    /// <summary>Texts near what a pattern matches.</summary>
    public static string[] Subjects(Random random, Generated pattern, int count)
    {
        var subjects = new string[count];
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            if (i > 1)
                pattern.Write(text);
            if (i == 1 || text.Length > 2000)
                text.Clear().Append('\n');
            var runes = text.ToString().EnumerateRunes().ToList();
            for (var changes = i < 12 ? 0 : random.Next(1, 4); changes > 0; changes--)
                Change(random, runes);
            subjects[i] = string.Concat(runes);
        }

        return subjects;
    }

    private static void Change(Random random, List<Rune> runes)
    {
        var at = random.Next(runes.Count + 1);
        switch (random.Next(6))
        {
            case 0 when at < runes.Count:
                runes.RemoveAt(at);
                break;
            case 1 when at < runes.Count:
                runes[at] = Any(random);
                break;
            case 2 when at < runes.Count:
                runes[at] = AnyCase(random, runes[at]);
                break;
            case 3 when at < runes.Count:
                runes.Insert(at, runes[at]);
                break;
            case 4:
                runes.Add(new('\n'));
                break;
            default:
                runes.Insert(at, Any(random));
                break;
        }
    }
}
