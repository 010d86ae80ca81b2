using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Intentions;

/// <summary>What one header must be like.</summary>
/// <param name="name">In lower case.</param>
/// <param name="slot">The number of this name among those the rule asks about.</param>
internal sealed class HeaderTest(HeaderSource source, string name, int slot, TextTest test, bool invert, Matching matching)
{
    public HeaderSource Source { get; } = source;

    public bool Holds(ref RequestState state)
    {
        // The caller can write what it likes there.
        if (Source == HeaderSource.Sidecar)
            return matching == Matching.Loose;

        // A rule that allows does not ask what has no path.
        if (Source == HeaderSource.Path && matching == Matching.Strict && !state.HasPath)
            return false;

        var lines = Source == HeaderSource.Field ? state.Lines(name, slot) : default;
        var present = Source switch
        {
            HeaderSource.Field => lines.Count > 0,
            HeaderSource.Path => state.Form != TargetForm.Authority,
            HeaderSource.Authority => !state.Authority.IsEmpty,
            _ => true,
        };
        if (test.Kind == TextKind.Present)
            return present != invert;
        return matching switch
        {
            Matching.LikeEnvoy => present && Joined(ref state, lines) != invert,
            Matching.Strict => present && (invert ? !Loosely(ref state, lines) : Strictly(ref state, lines)),
            _ => invert ? !present || !Strictly(ref state, lines) : present && Loosely(ref state, lines),
        };
    }

    private bool Strictly(ref RequestState state, StringValues lines)
    {
        if (test.Kind == TextKind.Regex && Source == HeaderSource.Field && MayBeNoUtf8(lines))
            return false;
        if (Source != HeaderSource.Field || lines.Count == 1)
            return Joined(ref state, lines);
        if (test.Kind == TextKind.Exact)
            return false;
        foreach (var line in lines)
        {
            if (!test.Matches(Bare(line)))
                return false;
        }

        return Joined(ref state, lines);
    }

    // A byte that is no UTF-8 matches nothing in RE2, and may have become a character of Latin-1 or a replacement on its way here.
    private static bool MayBeNoUtf8(StringValues lines)
    {
        foreach (var line in lines)
        {
            if (line.AsSpan().ContainsAnyInRange('\x80', '\xff') || line.AsSpan().Contains('\ufffd'))
                return true;
        }

        return false;
    }

    // The value as Envoy sees it: every line, with a comma between.
    private bool Joined(ref RequestState state, StringValues lines) => Source switch
    {
        HeaderSource.Authority => test.Matches(state.Authority),
        HeaderSource.Method => test.Matches(state.Request.Method),
        HeaderSource.Scheme => test.Matches(state.Request.Scheme),
        HeaderSource.Path when state.Query.IsEmpty => test.Matches(state.Form == TargetForm.Asterisk ? "*" : state.Path),
        HeaderSource.Path => PathAndQuery(state.Path, state.Query, loosely: false),
        _ when lines.Count == 1 => test.Matches(Bare(lines[0])),
        _ => JoinedLines(lines),
    };

    private bool Loosely(ref RequestState state, StringValues lines)
    {
        switch (Source)
        {
            case HeaderSource.Authority:
                return AnyAuthority(state.Authority);
            case HeaderSource.Method:
                return test.MatchesLoosely(state.Request.Method, fold: true) || (state.Method.Loose == MethodName.Head && test.MatchesLoosely("GET", fold: true));
            case HeaderSource.Scheme:
                return test.MatchesLoosely(state.Request.Scheme, fold: true);
            case HeaderSource.Path:
                return AnyPath(ref state);
        }

        foreach (var line in lines)
        {
            var value = Trim(line);
            if (test.MatchesLoosely(value, fold: false) || (value.Length != line?.Length && test.MatchesLoosely(line, fold: false)))
                return true;
            if (!value.Contains(','))
                continue;
            foreach (var element in value.Split(','))
            {
                if (test.MatchesLoosely(Trim(value[element]), fold: false))
                    return true;
            }
        }

        return lines.Count > 1 && JoinedLines(lines);
    }

    // Each with and without its port, and a dot at the end.
    private bool AnyAuthority(ReadOnlySpan<char> authority)
    {
        if (test.MatchesLoosely(authority, fold: true) || MatchesWithoutDot(authority))
            return true;
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9'))
            return false;
        authority = authority[..colon];
        return test.MatchesLoosely(authority, fold: true) || MatchesWithoutDot(authority);
    }

    private bool MatchesWithoutDot(ReadOnlySpan<char> authority) => authority is [.., '.'] && test.MatchesLoosely(authority[..^1], fold: true);

    private bool AnyPath(ref RequestState state)
    {
        ref var forms = ref state.Forms;
        for (var i = 0; i < forms.Count; i++)
        {
            var path = forms[i];
            var other = path is [_, .., '/'] ? path[..^1] : forms.WithSlash(i);
            if (PathAndQuery(path, state.Query, loosely: true) || PathAndQuery(other, state.Query, loosely: true))
                return true;
        }

        return false;
    }

    private bool PathAndQuery(ReadOnlySpan<char> path, ReadOnlySpan<char> query, bool loosely)
    {
        var buffer = ArrayPool<char>.Shared.Rent(path.Length + query.Length);
        try
        {
            path.CopyTo(buffer);
            query.CopyTo(buffer.AsSpan(path.Length));
            var value = buffer.AsSpan(0, path.Length + query.Length);
            return loosely ? test.MatchesLoosely(value, fold: true) : test.Matches(value);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private bool JoinedLines(StringValues lines)
    {
        var room = lines.Count;
        foreach (var line in lines)
            room += line?.Length ?? 0;
        var buffer = ArrayPool<char>.Shared.Rent(room);
        try
        {
            var length = 0;
            for (var i = 0; i < lines.Count; i++)
            {
                if (i > 0)
                    buffer[length++] = ',';
                var value = Bare(lines[i]);
                value.CopyTo(buffer.AsSpan(length));
                length += value.Length;
            }

            return test.Matches(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    // HTTP/1.1 has no blanks around a value. HTTP/2 may, and Envoy leaves them.
    private ReadOnlySpan<char> Bare(ReadOnlySpan<char> value) => matching == Matching.LikeEnvoy ? value : Trim(value);

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> value) => value.Trim(" \t");
}
