using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>What messages of several files have in common.</summary>
internal static class Wording
{
    public static string OfService(string service, string datacenter) => $"of \"{service}\"{In(datacenter)}";

    public static string OfQuery(string query, string service, string datacenter) =>
        service.Length == 0 ? $"of the query \"{query}\"{In(datacenter)}" : $"of \"{AgentErrors.Clean(service)}\", which the query \"{query}\" names{In(datacenter)},";

    public static string Rights(string service) => service.Length == 0 ? "service:read and node:read" : $"service:read on \"{AgentErrors.Clean(service)}\" and node:read on its nodes";

    public static string NoQuery(string query) => $"there is no prepared query \"{query}\"; create it, or give the token query:read on it";

    private static string In(string datacenter) => datacenter.Length == 0 ? "" : $" in the datacenter \"{AgentErrors.Clean(datacenter)}\"";
}
