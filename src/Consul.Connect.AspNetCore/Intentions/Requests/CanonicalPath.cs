using System.Buffers;

namespace ConsulConnect.Intentions;

/// <summary>Paths in the spelling rules are compared with: what Envoy makes of a path. Every step takes time linear in the length.</summary>
internal static class CanonicalPath
{
    /// <summary>A path without any of these, without <c>//</c> and without dot segments is canonical as it stands.</summary>
    public static readonly SearchValues<char> Special = SearchValues.Create("%\\\"<>^`{|}");

    /// <summary>How long a canonical path can become.</summary>
    public const int Growth = 3;

    /// <summary>Copies a path, with unreserved characters decoded and those encoded that no URL holds.</summary>
    /// <param name="to">At least <see cref="Growth"/> times as long.</param>
    /// <param name="faults">What can be read in more than one way.</param>
    public static int Decode(ReadOnlySpan<char> path, Span<char> to, out PathFaults faults)
    {
        faults = PathFaults.None;
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '\\')
                faults |= PathFaults.Backslash;
            if (c != '%')
            {
                if (c != '\\' && Special.Contains(c))
                    length += Encode(c, to[length..]);
                else
                    to[length++] = c;
                continue;
            }

            if (!Escape.TryRead(path, i, out var value))
            {
                faults |= PathFaults.BrokenEscape;
                to[length++] = c;
                continue;
            }

            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                to[length++] = (char)value;
                i += 2;
                continue;
            }

            var taken = 3;
            faults |= value switch
            {
                0 => PathFaults.Nul,
                < 0x20 or 0x7f => PathFaults.ControlEscape,
                (byte)'/' or (byte)'\\' => PathFaults.EscapedSlash,
                >= 0x80 when !Escape.TryReadRune(path, i, out _, out taken) => PathFaults.NoUtf8,
                _ => PathFaults.None,
            };
            path.Slice(i, taken).CopyTo(to[length..]);
            length += taken;
            i += taken - 1;
        }

        return length;
    }

    /// <summary>Removes dot segments in place (RFC 3986, 5.2.4); with <c>\</c> as a second slash.</summary>
    /// <param name="parameters">Whether a dot segment carries parameters, and so is one to some readers only.</param>
    public static int RemoveDots(Span<char> path, out bool parameters)
    {
        parameters = false;
        int length = 0, segment = 0;
        for (var i = 0; i <= path.Length; i++)
        {
            var ends = i == path.Length || path[i] is '/' or '\\';
            if (!ends)
            {
                path[length++] = path[i];
                continue;
            }

            ReadOnlySpan<char> name = path[segment..length];
            parameters |= IsDotsWithParameters(name);
            if (segment > 0 && name is ".")
            {
                length = segment;
                continue;
            }

            if (segment > 0 && name is "..")
            {
                // The root has no parent.
                length = Math.Max(1, path[..(segment - 1)].LastIndexOf('/') + 1);
                segment = length;
                continue;
            }

            if (i < path.Length)
            {
                path[length++] = '/';
                segment = length;
            }
        }

        return length;
    }

    /// <summary>Makes one slash of several, in place.</summary>
    public static int Merge(Span<char> path)
    {
        var length = 0;
        foreach (var c in path)
        {
            if (c != '/' || length == 0 || path[length - 1] != '/')
                path[length++] = c;
        }

        return length;
    }

    /// <summary>Cuts each segment at its semicolon, in place.</summary>
    public static int StripParameters(Span<char> path)
    {
        var length = 0;
        var inside = false;
        foreach (var c in path)
        {
            inside = c == ';' || (inside && c != '/');
            if (!inside)
                path[length++] = c;
        }

        return length;
    }

    private static bool IsDotsWithParameters(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty || segment[0] != '.')
            return false;
        var rest = segment[(segment.Length > 1 && segment[1] == '.' ? 2 : 1)..];
        return rest is [';', ..] || rest.StartsWith("%3b", StringComparison.OrdinalIgnoreCase);
    }

    private static int Encode(char c, Span<char> to)
    {
        const string Hex = "0123456789ABCDEF";
        (to[0], to[1], to[2]) = ('%', Hex[c >> 4], Hex[c & 15]);
        return 3;
    }
}

/// <summary>What in a path can be read in more than one way.</summary>
[Flags]
internal enum PathFaults
{
    None = 0,
    Backslash = 1,
    EscapedSlash = 2,
    BrokenEscape = 4,
    ControlEscape = 8,
    NoUtf8 = 16,
    Nul = 32,
}
