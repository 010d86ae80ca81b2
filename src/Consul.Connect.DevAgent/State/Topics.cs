namespace ConsulConnect.DevAgent.State;

/// <summary>What can be waited for.</summary>
internal static class Topics
{
    public const string Roots = "roots";
    public const string Intentions = "intentions";

    public static string Leaf(string service) => "leaf:" + service;

    /// <summary>The instances of a service and their checks, by the name in any case.</summary>
    public static string Service(string name) => "service:" + name.ToUpperInvariant();
}
