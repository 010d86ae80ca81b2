using System.Buffers;
using System.Globalization;

namespace ConsulConnect.Configuration;

/// <summary>Durations as people write them to Consul, <c>1m30s</c>, or as <c>hh:mm:ss</c>; always with a unit.</summary>
internal static class DurationText
{
    private const string Forms = "\"30s\", \"500ms\", \"1m30s\", \"1.5s\" or \"00:00:30\"";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Null when the text is a duration; else why not and what to write, to follow the key and the value in a message.</summary>
    public static string? Parse(string text, out TimeSpan value)
    {
        text = text.Trim();
        if (text.Contains(':', StringComparison.Ordinal) ? TryParseClock(text, out value) : TryParseUnits(text, out value))
            return null;
        return text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c == '.')
            ? $"a number without a unit, which .NET would read as days; write \"{text}s\" for seconds, or another of the forms {Forms}"
            : $"not a duration; write {Forms}";
    }

    /// <summary>The shortest text that <see cref="Parse"/> reads back.</summary>
    public static string Write(TimeSpan value)
    {
        if (value < TimeSpan.Zero)
            return "-" + Write(value.Negate());
        if (value > TimeSpan.Zero && value < TimeSpan.FromSeconds(1))
            return Number(value.TotalMilliseconds) + "ms";
        var hours = (long)value.TotalHours;
        var seconds = value.Seconds + ((value.Ticks % TimeSpan.TicksPerSecond) / (double)TimeSpan.TicksPerSecond);
        var text = (hours > 0 ? $"{hours}h" : "") + (value.Minutes > 0 ? $"{value.Minutes}m" : "") + (seconds > 0 ? Number(seconds) + "s" : "");
        return text.Length > 0 ? text : "0s";

        static string Number(double number) => number.ToString("0.#######", CultureInfo.InvariantCulture);
    }

    // Not TimeSpan.Parse, which reads 24:00:00 as 24 days and 00:30 as half an hour.
    private static bool TryParseClock(string text, out TimeSpan value)
    {
        value = default;
        var parts = text.Split(':');
        if (parts.Length != 3 || !TryParseNumber(parts[2], out var seconds) || seconds >= 60
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 99_999
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes >= 60)
            return false;
        value = new TimeSpan(hours, minutes, 0) + TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    private static bool TryParseUnits(string text, out TimeSpan value)
    {
        value = default;
        var ticks = 0m;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !TryParseNumber(rest[..digits], out var number))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            if (TicksOf(unit) is not { } ticksPerUnit)
                return false;
            ticks += number * ticksPerUnit;
            if (ticks > TimeSpan.MaxValue.Ticks)
                return false;
            rest = rest[unit.Length..];
        }

        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return text.Length is > 0 and <= 12 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1])
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static long? TicksOf(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        _ => null,
    };
}
