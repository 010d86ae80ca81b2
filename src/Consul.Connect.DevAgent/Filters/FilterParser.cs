namespace ConsulConnect.DevAgent.Filters;

/// <summary>Reads a filter: <c>or</c> binds least, then <c>and</c>, then <c>not</c>.</summary>
internal sealed class FilterParser(string filter, FilterField schema)
{
    private const string ValueStart = """ "(", "-", "0", "\"", "`", "not", [ \t\r\n], [1-9] or [a-zA-Z] """;
    private const int DeepestNesting = 64;

    private readonly FilterText _text = new(filter);
    private int _depth;

    public FilterExpression Parse()
    {
        var expression = ParseOr();
        _text.SkipSpace();
        return _text.IsAtEnd ? expression : throw _text.Fault("""
            "and", "or", [ \t\r\n] or EOF
            """);
    }

    private FilterExpression ParseOr()
    {
        var left = ParseAnd();
        while (_text.TakeWords("or"))
            left = new FilterExpression.Either(left, ParseAnd());
        return left;
    }

    private FilterExpression ParseAnd()
    {
        var left = ParseNot();
        while (_text.TakeWords("and"))
            left = new FilterExpression.Both(left, ParseNot());
        return left;
    }

    private FilterExpression ParseNot()
    {
        if (++_depth > DeepestNesting)
            throw new FilterException("the expression is nested too deeply");
        try
        {
            return _text.TakeWords("not") ? new FilterExpression.Not(ParseNot()) : ParseOne();
        }
        finally
        {
            _depth--;
        }
    }

    private FilterExpression ParseOne()
    {
        _text.SkipSpace();
        if (!_text.Take("("))
            return ParseMatch();
        var inner = ParseOr();
        _text.SkipSpace();
        return _text.Take(")") ? inner : throw _text.Fault("""
            ")", "and", "or" or [ \t\r\n]
            """);
    }

    private FilterComparison ParseMatch()
    {
        if ((_text.TakeQuoted() ?? _text.TakeNumber()) is { } value)
            return ParseMembership(value);
        var selector = _text.TakeSelector() ?? throw _text.Fault(ValueStart.Trim());
        _text.SkipSpace();
        if (_text.TakeWords("is", "not", "empty"))
            return Compare(selector, FilterOperator.IsNotEmpty, "");
        if (_text.TakeWords("is", "empty"))
            return Compare(selector, FilterOperator.IsEmpty, "");
        if (_text.Take("=="))
            return Compare(selector, FilterOperator.Equal, ParseValue());
        if (_text.Take("!="))
            return Compare(selector, FilterOperator.NotEqual, ParseValue());
        if (_text.TakeWords("not", "contains"))
            return Compare(selector, FilterOperator.NotIn, ParseValue());
        if (_text.TakeWords("contains"))
            return Compare(selector, FilterOperator.In, ParseValue());
        if (_text.TakeWords("not", "matches"))
            return Compare(selector, FilterOperator.NotMatches, ParseValue());
        if (_text.TakeWords("matches"))
            return Compare(selector, FilterOperator.Matches, ParseValue());
        // A value may stand without quotation marks and looks like a selector then.
        return ParseMembership(string.Join('.', selector));
    }

    private FilterComparison ParseMembership(string value)
    {
        var isNegated = _text.TakeWords("not", "in");
        if (!isNegated && !_text.TakeWords("in"))
        {
            throw _text.Fault("""
                "!=", "==", "contains", "in", "is", "matches", "not" or [ \t\r\n]
                """);
        }

        _text.SkipSpace();
        var selector = _text.TakeSelector() ?? throw _text.Fault("""
            [ \t\r\n] or [a-zA-Z]
            """);
        return Compare(selector, isNegated ? FilterOperator.NotIn : FilterOperator.In, value);
    }

    private string ParseValue()
    {
        _text.SkipSpace();
        return _text.TakeQuoted() ?? _text.TakeNumber() ?? (_text.TakeSelector() is { } name ? string.Join('.', name) : throw _text.Fault("""
            "-", "0", "\"", "`", [ \t\r\n], [1-9] or [a-zA-Z]
            """));
    }

    private FilterComparison Compare(List<string> selector, FilterOperator comparison, string value) =>
        FilterComparison.Create(schema, selector, comparison, value);
}
