namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>
/// What readers of configuration wait for. The index they are told is always that of <see cref="All"/>, so that a caller behind it is
/// answered at once, while a caller that waits is woken by what it asked for alone.
/// </summary>
internal static class ConfigTopics
{
    public const string All = "config";

    public static string Kind(string kind) => kind == "" ? All : "config:" + kind;

    public static string Entry(string kind, string name) => $"config:{new ConfigKey(kind, name)}";

    /// <summary>What decides about calls to a service.</summary>
    public static string[] IntentionsOf(string destination) =>
        [Entry(ConfigKinds.ServiceIntentions, destination), Entry(ConfigKinds.ServiceIntentions, "*")];
}
