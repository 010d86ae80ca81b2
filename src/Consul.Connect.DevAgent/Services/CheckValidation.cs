namespace ConsulConnect.DevAgent.Services;

/// <summary>What Consul demands of a check.</summary>
internal static class CheckValidation
{
    /// <summary>The first fault in Consul's words; null: there is none.</summary>
    public static string? FaultOf(CheckDefinition check)
    {
        if (check.Interval > TimeSpan.Zero && check.Ttl > TimeSpan.Zero)
            return "Interval and TTL cannot both be specified";
        if (check.IsPeriodic && check.Interval <= TimeSpan.Zero)
            return "Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks";
        if (check.IsPeriodic && check.IsAlias)
            return "Interval cannot be set for Alias checks";
        if (check.IsAlias && check.Ttl > TimeSpan.Zero)
            return "TTL must be not be set for Alias checks";
        if (!check.IsPeriodic && !check.IsAlias && check.Ttl <= TimeSpan.Zero)
            return "TTL must be > 0 for TTL checks";
        if (check.OutputMaxSize < 0)
            return "MaxOutputMaxSize must be positive";
        return check.FailuresBeforeWarning > Math.Max(check.FailuresBeforeCritical, 0) && check.FailuresBeforeCritical != 0
            ? "FailuresBeforeWarning can't be higher than FailuresBeforeCritical"
            : null;
    }
}
