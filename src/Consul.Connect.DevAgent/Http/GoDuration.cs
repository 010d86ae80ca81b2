using System.Buffers;
using System.Globalization;
using System.Text;

namespace ConsulConnect.DevAgent.Http;

/// <summary>Durations as Go reads and writes them: <c>1h30m</c>, <c>1500ms</c>, <c>72h0m0s</c>.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Ticks)[] Units =
    [
        ("ns", 0.01), ("us", 10), ("µs", 10), ("μs", 10), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var sign = 1;
        if (rest.StartsWith("-") || rest.StartsWith("+"))
        {
            sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
        }

        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;
        var ticks = 0d;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var end = rest.IndexOfAny(NumberCharacters);
            var unit = (end < 0 ? rest : rest[..end]).ToString();
            var known = Array.FindIndex(Units, one => one.Unit == unit);
            if (known < 0)
                return false;
            ticks += number * Units[known].Ticks;
            rest = rest[unit.Length..];
        }

        // Go counts nanoseconds in 63 bits.
        if (ticks > long.MaxValue / 100d)
            return false;
        duration = TimeSpan.FromTicks(sign * (long)ticks);
        return true;
    }

    /// <summary>What Go says of a text that is no duration.</summary>
    public static string FaultOf(string text) =>
        text.Length > 0 && text.AsSpan().TrimStart("+-").IndexOfAnyExcept(NumberCharacters) < 0 ? "missing unit in duration" : "invalid duration";

    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        duration = duration.Duration();
        if (duration < TimeSpan.FromSeconds(1))
            return text.Append(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.######}ms").ToString();
        var hours = (long)duration.TotalHours;
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (duration >= TimeSpan.FromMinutes(1))
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        return text.Append(CultureInfo.InvariantCulture, $"{duration.Seconds + (duration.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond):0.#######}s").ToString();
    }
}
