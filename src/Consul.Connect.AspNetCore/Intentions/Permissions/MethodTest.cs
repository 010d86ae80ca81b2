namespace ConsulConnect.Intentions;

/// <summary>The methods a permission is about: tokens, never a pattern.</summary>
internal sealed class MethodTest
{
    private readonly int _known;
    private readonly string[] _others;
    private readonly Matching _matching;

    private MethodTest(int known, string[] others, Matching matching)
    {
        _known = known;
        _others = others;
        _matching = matching;
    }

    /// <summary>Null: it is about every method, of those that allow all but TRACE.</summary>
    public static MethodTest? Of(IReadOnlyList<string> methods, Matching matching)
    {
        if (methods.Count == 0)
            return matching == Matching.Strict ? new(~MethodName.Trace, [], matching) : null;

        var known = 0;
        var others = new List<string>();
        foreach (var method in methods)
        {
            var name = MethodName.Of(method);
            var bit = matching == Matching.Loose ? name.Loose : name.Exact;
            known |= bit;
            if (bit == 0)
                others.Add(method);
        }

        // What answers GET answers HEAD.
        if (matching == Matching.Loose && (known & MethodName.Get) != 0)
            known |= MethodName.Head;
        return new(known, [.. others], matching);
    }

    public bool Holds(ref RequestState state)
    {
        var method = state.Method;
        if (_known < 0)
            return method.Loose != MethodName.Trace;
        if (((_matching == Matching.Loose ? method.Loose : method.Exact) & _known) != 0)
            return true;

        foreach (var other in _others)
        {
            if (string.Equals(other, state.Request.Method, _matching == Matching.Loose ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
