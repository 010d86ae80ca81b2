namespace ConsulConnect.Tests.Reference;

/// <summary>
/// The few regular expressions on which everybody agrees: literals, <c>.</c>, <c>*</c>, <c>+</c>, <c>?</c>, classes, groups and
/// alternation. It follows all ways through a text at once, as a set of positions. What it cannot read is no pattern to it.
/// </summary>
internal sealed class ReferencePattern
{
    private readonly string _text;
    private int _at;

    private ReferencePattern(string text) => _text = text;

    /// <summary>From where one can stand to where one can stand after it.</summary>
    private delegate IEnumerable<int> Step(string subject, int from, bool ignoreCase);

    /// <summary>Whether the whole subject matches; null when this is not a pattern.</summary>
    public static bool? Matches(string pattern, string subject, bool ignoreCase)
    {
        try
        {
            var parser = new ReferencePattern(pattern);
            var step = parser.Alternatives();
            return parser._at == pattern.Length ? step(subject, 0, ignoreCase).Contains(subject.Length) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private char Next => _at < _text.Length ? _text[_at] : '\0';

    private Step Alternatives()
    {
        var step = Sequence();
        while (Next == '|')
        {
            _at++;
            var (left, right) = (step, Sequence());
            step = (subject, from, ignoreCase) => left(subject, from, ignoreCase).Union(right(subject, from, ignoreCase));
        }

        return step;
    }

    private Step Sequence()
    {
        Step step = (_, from, _) => [from];
        while (Next is not ('\0' or '|' or ')'))
        {
            var (left, right) = (step, Repeated());
            step = (subject, from, ignoreCase) => left(subject, from, ignoreCase).SelectMany(at => right(subject, at, ignoreCase)).Distinct();
        }

        return step;
    }

    private Step Repeated()
    {
        var once = One();
        var sign = Next;
        if (sign is not ('*' or '+' or '?'))
            return once;
        _at++;
        if (Next is '*' or '+' or '?' or '{')
            throw new FormatException();
        return (subject, from, ignoreCase) =>
        {
            HashSet<int> reached = sign == '+' ? [] : [from];
            var fresh = new Queue<int>([from]);
            while (fresh.TryDequeue(out var at))
            {
                foreach (var next in once(subject, at, ignoreCase).ToArray())
                {
                    if (reached.Add(next) && sign != '?')
                        fresh.Enqueue(next);
                }
            }

            return reached;
        };
    }

    private Step One()
    {
        var sign = Next;
        _at++;
        switch (sign)
        {
            case '(' when Next != '?':
                var inner = Alternatives();
                if (Next != ')')
                    throw new FormatException();
                _at++;
                return inner;
            case '[':
                return Class();
            case '.':
                return Char(c => c != '\n');
            case '\\' when Next != '\0' && !char.IsAsciiLetterOrDigit(Next):
                var escaped = _text[_at++];
                return Char(c => c == escaped);
            case '(' or ')' or ']' or '*' or '+' or '?' or '{' or '}' or '^' or '$' or '\\' or '\0':
                throw new FormatException();
            default:
                return Char(c => c == sign);
        }
    }

    private Step Class()
    {
        var end = _text.IndexOf(']', _at);
        var body = end < 0 ? "" : _text[_at..end];
        var negated = body.StartsWith('^');
        body = negated ? body[1..] : body;
        if (body.Length == 0 || body.Any(c => c is '[' or '\\' or '&' or '^'))
            throw new FormatException();
        _at = end + 1;

        var ranges = new List<(char From, char To)>();
        for (var i = 0; i < body.Length; i++)
        {
            var isRange = i + 2 < body.Length && body[i + 1] == '-';
            ranges.Add((body[i], isRange ? body[i + 2] : body[i]));
            i += isRange ? 2 : 0;
        }

        bool Within(char c) => ranges.Any(range => range.From <= c && c <= range.To);
        return (subject, from, ignoreCase) =>
            from < subject.Length && Spellings(subject[from], ignoreCase).Any(Within) != negated ? [from + 1] : [];
    }

    private static Step Char(Func<char, bool> fits) => (subject, from, ignoreCase) =>
        from < subject.Length && Spellings(subject[from], ignoreCase).Any(fits) ? [from + 1] : [];

    private static IEnumerable<char> Spellings(char c, bool ignoreCase) =>
        ignoreCase ? [c, char.ToUpperInvariant(c), char.ToLowerInvariant(c)] : [c];
}
