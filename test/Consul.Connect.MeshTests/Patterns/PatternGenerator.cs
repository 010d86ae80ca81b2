using System.Globalization;
using System.Text;

namespace ConsulConnect.MeshTests.Patterns;

/// <summary>Patterns over RE2's whole grammar and beyond its edges, each with a way to write texts that should match.</summary>
internal sealed partial class PatternGenerator(Random random)
{
    private static readonly string[] Flags = ["i", "s", "m", "U", "im", "-s", "i-m", "sm-iU", "-i", "", "ii", "is", "-m", "sU", "-", "i-", "x", "--i"];
    private static readonly string[] Foreign =
    [
        "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?#a)", "(?(1)a)", "(?P=n1)", "(?P>n1)", "(?'n'a)", "(?|a)", "(?R)", "a++", "a*+", "a?+", "a{2}+", "a**", "a{2}{3}",
        @"\1", @"(a)\1", @"\8", @"\k<n1>", @"\Z", @"\G", @"\C", @"\R", @"\X", @"\h", @"\H", @"\N", @"\e", @"\cA", @"\u0061", @"\E", @"\l", @"\xg1", @"\x1", @"\x{}", @"\x{110000}", @"\x{61", @"\p{", @"\p{}", @"\pX", @"\p{IsGreek}",
        @"\p{L", @"\p{^", "[", "[a", "[]", "[^]", "[b-a]", @"[\d-a]", @"[a-\d]", "[[:foo:]]", "[[:alpha:", "[[:Alpha:]]", @"[\b]", @"[\Q]", @"[\1]", "a{1001}", "a{0,1001}", "a{3,2}", "(a{100}){11}", "((a{10}){10}){11}", "(a{1000}){0}{2}",
        "*", "+a", "?", "|*", "(*)", "(", ")", "(a", "a)", "(?", "(?i", "(?P", "(?P<", "(?P<n", "(?P<>a)", "(?P<n1>a)(?P<n1>b)", "(?P<é>a)", "(?P<a-b>a)", "(?<n", "^*", "$+", @"\b{2}", @"\A*", "(?:^|a)+", "(?i)*", @"\",
    ];

    private int _names;

    public Generated Next()
    {
        _names = 0;
        var pattern = Choice(random.Next(4));
        if (random.Next(5) == 0)
            pattern = new($"(?{Flags[random.Next(Flags.Length)]})" + pattern.Text, pattern.Write);
        if (random.Next(6) == 0)
            pattern = new("^" + pattern.Text + "$", pattern.Write);
        return random.Next(8) == 0 ? new(Broken(pattern.Text), pattern.Write) : pattern;
    }

    private Generated Choice(int depth)
    {
        var choices = Enumerable.Range(0, random.Next(5) switch { 0 => 2, 1 => 3, _ => 1 }).Select(_ => Sequence(depth)).ToArray();
        return new(string.Join('|', choices.Select(choice => choice.Text)), text => choices[random.Next(choices.Length)].Write(text));
    }

    private Generated Sequence(int depth)
    {
        var parts = Enumerable.Range(0, random.Next(12) == 0 ? 0 : random.Next(1, 5)).Select(_ => Repeated(depth)).ToArray();
        return new(string.Concat(parts.Select(part => part.Text)), text => Array.ForEach(parts, part => part.Write(text)));
    }

    private Generated Repeated(int depth)
    {
        var body = Atom(depth);
        var (least, most) = (random.Next(4), random.Next(4));
        (string, int, int) sign = random.Next(30) switch
        {
            < 4 => ("*", 0, 3),
            < 8 => ("+", 1, 3),
            < 11 => ("?", 0, 1),
            11 => ($"{{{least}}}", least, least),
            12 => ($"{{{least},}}", least, least + 2),
            13 or 14 => ($"{{{least},{least + most}}}", least, least + most),
            15 when random.Next(8) == 0 => ($"{{{random.Next(40, 1002)}}}", 40, 60),
            15 => ("{,2}", 1, 1),
            16 when random.Next(3) == 0 => ("{02}", 1, 1),
            _ => ("", 1, 1),
        };
        var lazy = sign.Item1.Length > 0 && random.Next(5) == 0 ? "?" : "";
        return new(body.Text + sign.Item1 + lazy, text =>
        {
            for (var i = random.Next(sign.Item2, sign.Item3 + 1); i > 0; i--)
                body.Write(text);
        });
    }

    private Generated Atom(int depth)
    {
        switch (random.Next(depth > 0 ? 24 : 18))
        {
            case < 8:
                var rune = Characters.Any(random);
                return new(Spelled(rune), text => text.Append(Characters.AnyCase(random, rune)));
            case 8:
                return new(".", text => text.Append(Characters.Any(random)));
            case 9 or 10:
                return NamedClass();
            case 11 or 12 or 13:
                return Class();
            case 14:
                string[] places = ["^", "$", @"\A", @"\z", @"\b", @"\B", @"\b", @"\B"];
                return new(places[random.Next(places.Length)], _ => { });
            case 15:
                var quoted = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Characters.Any(random).ToString()));
                return new($@"\Q{quoted}" + (random.Next(9) == 0 ? "" : @"\E"), text => text.Append(quoted));
            case 16 when random.Next(10) == 0:
                return new(Foreign[random.Next(Foreign.Length)], text => text.Append('a'));
            case 16:
                return new($"(?{Flags[random.Next(5)]})", _ => { });
            case 17:
                return new("", _ => { });
            default:
                var inner = Choice(depth - 1);
                var open = random.Next(8) switch
                {
                    0 => $"(?P<n{_names++}>",
                    1 when random.Next(3) == 0 => $"(?<n{_names++}>",
                    2 or 3 => "(?:",
                    4 => $"(?{Flags[random.Next(random.Next(9) == 0 ? Flags.Length : 9)]}:",
                    _ => "(",
                };
                return new(open + inner.Text + ")", inner.Write);
        }
    }

    private string Spelled(Rune rune) => random.Next(12) switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $@"\x{{{rune.Value:x}}}"),
        1 when rune.Value < 256 => $@"\x{rune.Value:x2}",
        2 when rune.Value < 512 => @"\" + Convert.ToString(rune.Value, 8).PadLeft(3, '0'),
        3 when rune.Value == '\n' => @"\n",
        4 when !Rune.IsLetterOrDigit(rune) && rune.IsAscii || random.Next(30) == 0 => @"\" + rune,
        _ when rune.IsAscii && @"\.+*?()|[]{}^$".Contains((char)rune.Value) && random.Next(10) > 0 => @"\" + rune,
        _ => rune.ToString(),
    };

    private string Broken(string pattern)
    {
        var broken = new StringBuilder(pattern);
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var at = random.Next(broken.Length + 1);
            if (at < broken.Length && random.Next(2) == 0 && !char.IsSurrogate(broken[at]))
                broken.Remove(at, 1);
            else if (at == broken.Length || !char.IsLowSurrogate(broken[at]))
                broken.Insert(at, random.Next(6) == 0 ? Foreign[random.Next(Foreign.Length)] : "()[]{}|*+?^$-\\.,:01ibsPpQE<>=!#&"[random.Next(32)].ToString());
        }

        return broken.ToString();
    }
}

/// <summary>A pattern, and what writes a text that it probably matches.</summary>
internal sealed record Generated(string Text, Action<StringBuilder> Write);
