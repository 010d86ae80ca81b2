using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The check by which an agent takes an instance out of service. It is the operator's, unless its notes say that a stop of this app made it.</summary>
internal static class Maintenance
{
    /// <summary>What a stop writes there, and the only thing the next start ends.</summary>
    public const string Reason = "The app has stopped, and Consul:Registration:OnShutdown says Maintenance; its next start ends this.";

    public static string CheckId(string serviceId) => $"_service_maintenance:{serviceId}";

    public static bool IsOurs(RegisteredCheck check) => check.Notes == Reason;
}
