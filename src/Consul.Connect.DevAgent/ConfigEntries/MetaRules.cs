using System.Text;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>The limits of user-given metadata, counted in bytes as Go counts.</summary>
internal static class MetaRules
{
    public const int LongestValue = 512;
    private const int LongestKey = 128;
    private const int MostPairs = 64;

    /// <param name="prefix">Before the word Meta, as in <c>Sources[0].</c></param>
    public static List<string> Faults(IEnumerable<KeyValuePair<string, string>> meta, string prefix = "")
    {
        var pairs = meta.ToList();
        List<string> faults = [];
        if (pairs.Count > MostPairs)
            faults.Add($"{prefix}Meta exceeds maximum element count {MostPairs}");
        foreach (var (key, value) in pairs)
        {
            if (IsLonger(key, LongestKey))
                faults.Add($"{prefix}Meta key {GoText.Quote(key)} exceeds maximum length {LongestKey}");
            if (IsLonger(value, LongestValue))
                faults.Add($"{prefix}Meta value for key {GoText.Quote(key)} exceeds maximum length {LongestValue}");
        }

        return faults;
    }

    public static bool IsLonger(string text, int most) => text.Length > most / 4 && Encoding.UTF8.GetByteCount(text) > most;
}
