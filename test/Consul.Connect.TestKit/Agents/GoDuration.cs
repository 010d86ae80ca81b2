using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsulConnect.TestKit;

/// <summary>Durations as an agent reads them: <c>25s</c>, <c>1m30s</c>, <c>1500ms</c>, and never a bare number.</summary>
internal static partial class GoDuration
{
    /// <param name="text">Null or empty: none given, which is no fault.</param>
    /// <param name="duration">Null when none is given.</param>
    public static bool TryParse(string? text, out TimeSpan? duration)
    {
        duration = null;
        if (string.IsNullOrEmpty(text))
            return true;
        var match = Whole().Match(text);
        if (!match.Success)
            return false;
        duration = TimeSpan.Zero;
        foreach (var (number, unit) in match.Groups["n"].Captures.Zip(match.Groups["u"].Captures))
            duration += double.Parse(number.Value, CultureInfo.InvariantCulture) * (unit.Value switch
            {
                "ms" => TimeSpan.FromMilliseconds(1),
                "s" => TimeSpan.FromSeconds(1),
                "m" => TimeSpan.FromMinutes(1),
                _ => TimeSpan.FromHours(1),
            });
        return true;
    }

    [GeneratedRegex(@"^(?:(?<n>\d+(?:\.\d+)?)(?<u>ms|s|m|h))+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
