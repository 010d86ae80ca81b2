using System.Text;

namespace ConsulConnect.TestKit;

/// <summary>HTTP/2's field blocks without a table of their own: each field is written as it is, and Kestrel answers so too.</summary>
internal static class Hpack
{
    /// <summary>Literal fields that are never indexed, with new names, without Huffman: a character a byte.</summary>
    public static byte[] Encode(IReadOnlyList<(string Name, string Value)> fields)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0b0001_0000);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    public static IReadOnlyList<KeyValuePair<string, string>> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new List<KeyValuePair<string, string>>();
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0b1000_0000) != 0)
                fields.Add(Static(ReadNumber(ref block, 7)));
            else if ((first & 0b1110_0000) == 0b0010_0000)
                ReadNumber(ref block, 5); // The size of the table, which stays empty.
            else
                fields.Add(ReadLiteral(ref block, (first & 0b0100_0000) != 0 ? 6 : 4));
        }

        return fields;
    }

    private static KeyValuePair<string, string> ReadLiteral(ref ReadOnlySpan<byte> block, int prefix)
    {
        var index = ReadNumber(ref block, prefix);
        var name = index == 0 ? ReadText(ref block) : Static(index).Key;
        return new(name, ReadText(ref block));
    }

    private static void WriteText(MemoryStream block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var rest = bytes.Length - 127;
        block.WriteByte((byte)Math.Min(bytes.Length, 127));
        for (; rest >= 128; rest >>= 7)
            block.WriteByte((byte)(rest | 128));
        if (rest >= 0)
            block.WriteByte((byte)rest);
        block.Write(bytes);
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        if ((block[0] & 0b1000_0000) != 0)
            throw new NotSupportedException("Huffman coding, which Kestrel does not use for answers.");
        var length = ReadNumber(ref block, 7);
        var text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int prefix)
    {
        var most = (1 << prefix) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
            return number;
        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 127) << shift;
            if (next < 128)
                return number;
        }
    }

    private static KeyValuePair<string, string> Static(int index) =>
        HpackTable.Entries.ElementAtOrDefault(index - 1) is { Name: { } name, Value: var value } ? new(name, value) : throw new InvalidDataException($"The field {index} is in no table.");
}
