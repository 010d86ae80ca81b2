using System.Globalization;
using System.Text;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>What a check says, no longer than Consul keeps it.</summary>
internal static class CheckOutput
{
    private const int DefaultLimit = 4096;

    public static string Shorten(string output, int limit)
    {
        limit = limit > 0 ? Math.Min(limit, DefaultLimit) : DefaultLimit;
        var bytes = Encoding.UTF8.GetByteCount(output);
        if (bytes <= limit)
            return output;
        var kept = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(output).AsSpan(0, limit)).TrimEnd('\uFFFD');
        return string.Create(CultureInfo.InvariantCulture, $"{kept} ... (captured {limit} of {bytes} bytes)");
    }

    public static string Expired(string lastOutput) => lastOutput == "" ? "TTL expired" : $"TTL expired (last output before timeout follows): {lastOutput}";
}
