namespace ConsulConnect.DevAgent;

/// <summary>An agent that gives anybody a certificate has no place in production.</summary>
internal static class DevelopmentOnly
{
    private static readonly string[] Variables = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    public static void Demand(Func<string, string?> readVariable)
    {
        foreach (var name in Variables)
            if (string.Equals(readVariable(name)?.Trim(), "Production", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"The Consul agent for development does not start because {name} is Production; run a real agent there, and set CONSUL_HTTP_ADDR to its address.");
    }
}
