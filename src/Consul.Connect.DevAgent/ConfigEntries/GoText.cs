using System.Globalization;
using System.Text;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Texts as Go puts them together.</summary>
internal static class GoText
{
    /// <summary>As <c>%q</c> writes it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < 0x20 or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ => quoted.Append(rune),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Several faults as one message, in the form of Consul's error list.</summary>
    public static string Errors(IReadOnlyCollection<string> faults) =>
        $"{(faults.Count == 1 ? "1 error" : $"{faults.Count} errors")} occurred:\n{string.Concat(faults.Select(fault => $"\t* {fault}\n"))}\n";
}
