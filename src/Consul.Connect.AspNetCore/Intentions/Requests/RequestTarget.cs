using System.Buffers;

namespace ConsulConnect.Intentions;

/// <summary>A raw request target, taken apart: slices of it, and nothing decoded.</summary>
internal readonly ref struct RequestTarget
{
    // Printable ASCII without the fragment's sign; everything else is refused by parsers, or read as something else by some of them.
    private static readonly SearchValues<char> Readable = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != '#')]);

    private RequestTarget(TargetForm form, ReadOnlySpan<char> path, ReadOnlySpan<char> query, ReadOnlySpan<char> authority)
    {
        Form = form;
        Path = path;
        Query = query;
        Authority = authority;
    }

    public TargetForm Form { get; }

    /// <summary>Without the query; empty when the target has none.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>With its question mark; empty when there is none.</summary>
    public ReadOnlySpan<char> Query { get; }

    /// <summary>Of an absolute form.</summary>
    public ReadOnlySpan<char> Authority { get; }

    public static TargetFault Read(in RequestView request, bool likeEnvoy, out RequestTarget target)
    {
        target = default;
        ReadOnlySpan<char> text = request.Target;
        if (text.IsEmpty || text.ContainsAnyExcept(Readable))
            return TargetFault.Malformed;

        if (request.Method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase))
        {
            target = new(TargetForm.Authority, [], [], text);
            return likeEnvoy ? TargetFault.None : TargetFault.Malformed;
        }

        if (text is "*")
        {
            target = new(TargetForm.Asterisk, text, [], []);
            return request.Method == "OPTIONS" ? TargetFault.None : TargetFault.Malformed;
        }

        ReadOnlySpan<char> authority = [];
        var form = TargetForm.Origin;
        if (text[0] != '/')
        {
            if (!TryTakeAuthority(request.Scheme, likeEnvoy, text, out authority, out text))
                return TargetFault.Malformed;
            form = TargetForm.Absolute;
        }

        var end = text.IndexOf('?');
        var path = end < 0 ? text : text[..end];
        target = new(form, path.IsEmpty ? "/" : path, end < 0 ? [] : text[end..], authority);
        if (likeEnvoy)
            return path.IsEmpty && end >= 0 ? TargetFault.NoRoute : TargetFault.None;
        return path.Contains("%00", StringComparison.Ordinal) ? TargetFault.Malformed : TargetFault.None;
    }

    // A scheme that is not the connection's lies about one of the two.
    private static bool TryTakeAuthority(string scheme, bool anyScheme, ReadOnlySpan<char> text, out ReadOnlySpan<char> authority, out ReadOnlySpan<char> rest)
    {
        authority = rest = [];
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0 || !(text[..colon].Equals(scheme, StringComparison.OrdinalIgnoreCase) || (anyScheme && text.StartsWith("http", StringComparison.OrdinalIgnoreCase))))
            return false;
        text = text[(colon + 3)..];
        var end = text.IndexOfAny('/', '?');
        authority = end < 0 ? text : text[..end];
        rest = end < 0 ? [] : text[end..];
        return true;
    }
}

/// <summary>The forms of RFC 9112, 3.2.</summary>
internal enum TargetForm
{
    Origin,
    Absolute,
    Authority,
    Asterisk,
}
