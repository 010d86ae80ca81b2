using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Http;

/// <summary>JSON as Go's encoder writes it: markup escaped, other text as it is.</summary>
internal static class GoJson
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Pretty = Compact with { Indented = true, IndentSize = 4, NewLine = "\n" };

    public static ReadOnlyMemory<byte> Write(JsonNode? value, bool pretty)
    {
        var plain = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(plain, pretty ? Pretty : Compact))
        {
            if (value is null)
                writer.WriteNullValue();
            else
                value.WriteTo(writer);
        }

        if (pretty)
            plain.Write("\n"u8);
        return plain.WrittenSpan.IndexOfAny("<>&"u8) < 0 ? plain.WrittenMemory : Escape(plain.WrittenSpan);
    }

    // These three occur in strings only, so that the written text can be searched for them.
    private static ReadOnlyMemory<byte> Escape(ReadOnlySpan<byte> plain)
    {
        var escaped = new ArrayBufferWriter<byte>(plain.Length + 64);
        while (true)
        {
            var next = plain.IndexOfAny("<>&"u8);
            escaped.Write(next < 0 ? plain : plain[..next]);
            if (next < 0)
                return escaped.WrittenMemory;
            escaped.Write(plain[next] switch { (byte)'<' => "\\u003c"u8, (byte)'>' => "\\u003e"u8, _ => "\\u0026"u8 });
            plain = plain[(next + 1)..];
        }
    }
}
