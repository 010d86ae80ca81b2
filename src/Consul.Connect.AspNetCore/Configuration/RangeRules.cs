namespace ConsulConnect.Configuration;

/// <summary>Numbers and durations within bounds.</summary>
internal static class RangeRules
{
    public static void Check(string key, TimeSpan value, TimeSpan min, TimeSpan max, List<string> faults)
    {
        if (value < min || value > max)
            faults.Add($"{key} is {DurationText.Write(value)}; write a duration from {DurationText.Write(min)} to {DurationText.Write(max)}.");
    }

    public static void CheckAtLeast(string key, int value, int min, List<string> faults)
    {
        if (value < min)
            faults.Add($"{key} is {value}; write {min} or more.");
    }

    public static void CheckDefined<T>(string key, T value, List<string> faults)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            faults.Add($"{key} is {value}, which is unknown; write {string.Join(" or ", Enum.GetNames<T>())}.");
    }
}
