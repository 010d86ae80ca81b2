using System.Globalization;
using System.Text;

namespace ConsulConnect.Configuration;

/// <summary>What was written, as a message shows it: on one line, of bounded length.</summary>
internal static class MessageText
{
    private const int Longest = 100;

    public static string Quote(string value) => $"\"{Plain(value)}\"";

    public static string Plain(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value.Length > Longest ? value[..Longest] : value)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }

        return text.Append(value.Length > Longest ? "…" : "").ToString();
    }
}
