namespace ConsulConnect.Discovery;

/// <summary>
/// Upstreams that no configuration names. Where host names are made of what a request brings there may be any number of them, so
/// one that has never had an instance is forgotten soon, and there is a most.
/// </summary>
internal static class Unconfigured
{
    public const int Most = 1024;

    /// <summary>How long one that has never had an instance is kept without a use.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);

    public static readonly string TooMany =
        $"{Most} services that are not configured are called already, and that is the most; name those the app calls in Consul:Connect:Upstreams, where there is no limit, and make no host names of what a request brings";

    /// <param name="target">One that <see cref="ConfiguredTarget.Of"/> has answered.</param>
    /// <param name="upstreams">The configured ones, by first label.</param>
    public static bool Is(ConnectTarget target, IDictionary<string, ConnectUpstreamOptions> upstreams) =>
        target.Label is { } label ? !upstreams.ContainsKey(label) : target.Kind is not ConnectTargetKind.Static;
}
