using System.Globalization;

namespace ConsulConnect.Registration;

/// <summary>How checks of an instance are called.</summary>
internal static class CheckIds
{
    /// <summary>What the agent itself would call it.</summary>
    /// <param name="number">Its place among <paramref name="count"/> checks, from 1.</param>
    public static string Default(string serviceId, int number, int count) =>
        count == 1 ? $"service:{serviceId}" : string.Create(CultureInfo.InvariantCulture, $"service:{serviceId}:{number}");

    /// <summary>Whether a definition of this instance would have had this check without naming it, now or in an earlier form.</summary>
    public static bool IsDefault(string checkId, string serviceId)
    {
        var stem = $"service:{serviceId}";
        if (!checkId.StartsWith(stem, StringComparison.Ordinal))
            return false;
        var rest = checkId.AsSpan(stem.Length);
        return rest.IsEmpty || (rest is [':', >= '1' and <= '9', ..] && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }
}
