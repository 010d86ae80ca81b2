namespace ConsulConnect.DevAgent;

/// <summary>
/// What holds for one caller of a service; see <see cref="ConsulDevAgent.SetIntentions"/>. Either an action decides about its
/// connections, or permissions decide about its requests.
/// </summary>
/// <param name="Name">The calling service, or <c>*</c>: any that has no intention of its own.</param>
/// <param name="Action">Decides about every call; null: <see cref="Permissions"/> do.</param>
public sealed record IntentionSource(string Name, IntentionAction? Action)
{
    /// <summary>Tried in their order; the first one that is about a request decides. A request that none is about meets the default policy.</summary>
    public IReadOnlyList<IntentionRule> Permissions { get; init; } = [];

    /// <summary>Every call of this service is let through.</summary>
    public static IntentionSource Allow(string name) => new(name, IntentionAction.Allow);

    /// <summary>Every call of this service is refused.</summary>
    public static IntentionSource Deny(string name) => new(name, IntentionAction.Deny);

    /// <summary>Its permissions decide about each request of this service.</summary>
    public static IntentionSource WithPermissions(string name, params IReadOnlyList<IntentionRule> permissions) => new(name, null) { Permissions = permissions };
}
