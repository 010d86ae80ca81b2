namespace ConsulConnect.DevAgent.Filters;

/// <summary>The text of a filter, read from left to right.</summary>
internal sealed class FilterText(string text)
{
    private int _position;

    public bool IsAtEnd => _position == text.Length;

    private char Current => IsAtEnd ? '\0' : text[_position];

    public FilterException Fault(string expected)
    {
        var before = text.AsSpan(0, _position);
        var line = before.Count('\n') + 1;
        var column = _position - before.LastIndexOf('\n');
        return new($"{line}:{column} ({_position}): no match found, expected: {expected}");
    }

    public bool SkipSpace()
    {
        var start = _position;
        while (Current is ' ' or '\t' or '\r' or '\n')
            _position++;
        return _position > start;
    }

    /// <summary>Takes these characters when they come next.</summary>
    public bool Take(string symbol)
    {
        if (!text.AsSpan(_position).StartsWith(symbol, StringComparison.Ordinal))
            return false;
        _position += symbol.Length;
        return true;
    }

    /// <summary>Takes these words, with spaces between and something else than a name behind; else takes nothing.</summary>
    public bool TakeWords(params ReadOnlySpan<string> words)
    {
        var start = _position;
        foreach (var word in words)
        {
            SkipSpace();
            if (Take(word) && !IsNamePart(Current))
                continue;
            _position = start;
            return false;
        }

        return true;
    }

    /// <summary>A value in quotation marks; null when none comes next.</summary>
    public string? TakeQuoted()
    {
        if (Current is not ('"' or '`'))
            return null;
        var end = text.IndexOf(Current, _position + 1);
        if (end < 0)
        {
            _position = text.Length;
            throw Fault("\"\\\"\" or \"`\"");
        }

        var quoted = text[(_position + 1)..end];
        _position = end + 1;
        return quoted;
    }

    public string? TakeNumber()
    {
        var end = _position;
        if (end < text.Length && text[end] == '-')
            end++;
        var digits = end;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || (text[end] == '.' && end > digits)))
            end++;
        if (end == digits || (end < text.Length && IsNamePart(text[end])))
            return null;
        var number = text[_position..end];
        _position = end;
        return number;
    }

    /// <summary>A place in the data, as <c>Service.Meta["version"]</c>; null when no name comes next.</summary>
    public List<string>? TakeSelector()
    {
        if (!char.IsAsciiLetter(Current))
            return null;
        List<string> parts = [TakeName()];
        while (true)
        {
            if (Current == '.' && _position + 1 < text.Length && IsNamePart(text[_position + 1]))
            {
                _position++;
                parts.Add(TakeName());
            }
            else if (Take("["))
            {
                parts.Add(TakeQuoted() ?? throw Fault("\"\\\"\" or \"`\""));
                if (!Take("]"))
                    throw Fault("\"]\"");
            }
            else
            {
                return parts;
            }
        }
    }

    private static bool IsNamePart(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private string TakeName()
    {
        var start = _position;
        while (IsNamePart(Current))
            _position++;
        return text[start.._position];
    }
}
