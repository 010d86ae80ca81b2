namespace ConsulConnect.DevAgent.Catalog;

/// <summary>What readers of the catalog wait for.</summary>
internal static class CatalogTopics
{
    /// <summary>Any service or its tags.</summary>
    public const string Services = "catalog-services";

    /// <summary>Any check.</summary>
    public const string Checks = "catalog-checks";

    /// <summary>The one node; only its registration touches it.</summary>
    public const string Nodes = "catalog-nodes";

    /// <summary>What only the agent itself shows; nobody waits for it.</summary>
    public const string Local = "agent-local";

    /// <summary>The instances by which a service is reached in the mesh, and their checks.</summary>
    public static string Reaching(string service) => "reaching:" + service.ToUpperInvariant();

    /// <summary>One instance, as the agent knows it.</summary>
    public static string Instance(string id) => "instance:" + id;
}
