namespace ConsulConnect.Configuration;

/// <summary>Our switches of the registration.</summary>
internal static class RegistrationRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static void Check(ConsulRegistrationOptions registration, List<string> faults)
    {
        RangeRules.CheckDefined("Consul:Registration:OnShutdown", registration.OnShutdown, faults);
        RangeRules.Check("Consul:Registration:PropagationDelay", registration.PropagationDelay, TimeSpan.Zero, Longest, faults);
        RangeRules.Check("Consul:Registration:DrainTime", registration.DrainTime, TimeSpan.Zero, Longest, faults);
    }
}
