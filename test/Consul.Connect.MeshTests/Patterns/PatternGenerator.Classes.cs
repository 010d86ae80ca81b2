using System.Text;

namespace ConsulConnect.MeshTests.Patterns;

internal sealed partial class PatternGenerator
{
    private static readonly string[] Posix = ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"];
    private static readonly string[] Groups = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "N", "Nd", "Nl", "No", "P", "Pd", "S", "Sm", "Z", "Zs", "C", "Cc", "Co", "Cs", "M", "Mn", "Greek", "Latin", "Cyrillic", "Arabic", "Han", "Deseret", "Common", "Inherited", "Any"];

    private Generated NamedClass()
    {
        var name = Groups[random.Next(Groups.Length)];
        var text = random.Next(12) switch
        {
            < 8 => @"\" + "dDsSwW"[random.Next(6)],
            8 when name.Length == 1 => @"\p" + name,
            9 when name.Length == 1 => @"\P" + name,
            10 => $@"\P{{{name}}}",
            11 => $@"\p{{^{name}}}",
            _ => $@"\p{{{name}}}",
        };
        return new(text, writer => writer.Append(Characters.Any(random)));
    }

    private Generated Class()
    {
        var text = new StringBuilder("[");
        var samples = new List<Rune>();
        var isNegated = random.Next(4) == 0;
        text.Append(isNegated ? "^" : "");
        if (random.Next(12) == 0)
            text.Append(']');
        for (var i = random.Next(1, 4); i > 0; i--)
            text.Append(Item(samples));
        switch (random.Next(20))
        {
            case 0:
                text.Append('-');
                break;
            case 1:
                text.Append("-[aeiou]");
                break;
            case 2:
                text.Insert(isNegated ? 2 : 1, '-');
                break;
        }

        return new(text.Append(']').ToString(), writer => writer.Append(isNegated || samples.Count == 0 || random.Next(6) == 0 ? Characters.Any(random) : Characters.AnyCase(random, samples[random.Next(samples.Count)])));
    }

    private string Item(List<Rune> samples)
    {
        var first = Characters.Any(random);
        switch (random.Next(12))
        {
            case < 4:
                samples.Add(first);
                return InClass(first);
            case < 8:
                var last = Characters.Any(random);
                if (last < first && random.Next(30) > 0)
                    (first, last) = (last, first);
                samples.AddRange([first, last]);
                return $"{InClass(first)}-{InClass(last)}";
            case 8 or 9:
                return $"[:{(random.Next(3) == 0 ? "^" : "")}{Posix[random.Next(Posix.Length)]}:]";
            case 10:
                return @"\" + "dDsSwW"[random.Next(6)];
            default:
                return NamedClass().Text;
        }
    }

    private string InClass(Rune rune) => random.Next(8) switch
    {
        0 => $@"\x{{{rune.Value:X}}}",
        _ when rune.Value is '\\' or ']' or '[' or '^' or '-' && random.Next(6) > 0 => @"\" + rune,
        _ => rune.ToString(),
    };
}
