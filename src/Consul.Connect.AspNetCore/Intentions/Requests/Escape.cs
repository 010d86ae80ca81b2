using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>Percent escapes.</summary>
internal static class Escape
{
    public static bool TryRead(ReadOnlySpan<char> path, int at, out byte value)
    {
        value = 0;
        if (at + 2 >= path.Length || path[at] != '%' || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]))
            return false;
        value = (byte)((Digit(path[at + 1]) << 4) | Digit(path[at + 2]));
        return true;
    }

    /// <summary>One character whose UTF-8 bytes are all escaped.</summary>
    /// <param name="taken">How long the escapes are; that of the first when they are no UTF-8.</param>
    public static bool TryReadRune(ReadOnlySpan<char> path, int at, out Rune rune, out int taken)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (count < bytes.Length && TryRead(path, at + (3 * count), out var value) && value >= 0x80)
            bytes[count++] = value;
        var read = Rune.DecodeFromUtf8(bytes[..count], out rune, out var consumed) == System.Buffers.OperationStatus.Done;
        taken = read ? 3 * consumed : 3;
        return read;
    }

    /// <summary>Decodes every escape once; what is none, or no UTF-8, stays.</summary>
    /// <param name="keepSlashes">Whether <c>%2F</c> stays too.</param>
    public static int DecodeAll(ReadOnlySpan<char> path, Span<char> to, bool keepSlashes)
    {
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (!TryRead(path, i, out var value) || (keepSlashes && value == '/'))
            {
                to[length++] = path[i];
            }
            else if (value < 0x80)
            {
                to[length++] = (char)value;
                i += 2;
            }
            else if (TryReadRune(path, i, out var rune, out var taken))
            {
                length += rune.EncodeToUtf16(to[length..]);
                i += taken - 1;
            }
            else
            {
                path.Slice(i, 3).CopyTo(to[length..]);
                length += 3;
                i += 2;
            }
        }

        return length;
    }

    /// <summary>Decodes only <c>%2F</c> and <c>%5C</c>.</summary>
    public static int DecodeSlashes(ReadOnlySpan<char> path, Span<char> to)
    {
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (TryRead(path, i, out var value) && value is (byte)'/' or (byte)'\\')
            {
                to[length++] = (char)value;
                i += 2;
            }
            else
            {
                to[length++] = path[i];
            }
        }

        return length;
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
