namespace ConsulConnect;

/// <summary>How callers are authorized: the <c>Consul:Connect:Authorization</c> section.</summary>
public sealed class ConnectAuthorizationOptions
{
    /// <summary>Who decides. Default <see cref="ConnectAuthorizationProvider.Intentions"/>. The provider never changes by itself.</summary>
    public ConnectAuthorizationProvider Provider { get; set; } = ConnectAuthorizationProvider.Intentions;

    /// <summary>What holds for a caller no intention names. Default <see cref="ConnectDefaultPolicy.FromAgent"/>.</summary>
    public ConnectDefaultPolicy DefaultPolicy { get; set; } = ConnectDefaultPolicy.FromAgent;

    /// <summary>Whether permissions are enforced or only reported. Default <see cref="ConnectAuthorizationMode.Enforce"/>.</summary>
    public ConnectAuthorizationMode Mode { get; set; } = ConnectAuthorizationMode.Enforce;

    /// <summary>Where permissions are enforced. Default <see cref="ConnectAuthorizationScope.AllRequests"/>.</summary>
    public ConnectAuthorizationScope Scope { get; set; } = ConnectAuthorizationScope.AllRequests;

    /// <summary>
    /// How long what runs on a connection that has lost its right may go on, 0 to 60 s; nothing new begins on it meanwhile. Default 2 s.
    /// </summary>
    public TimeSpan RevocationGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pace at which intentions are read on an agent that offers nothing to wait on, 50 ms to 60 s, with jitter. Default 500 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How old what the agent said may become before new connections are refused, 5 s to 24 h. Default null: as long as this
    /// service's own leaf is valid, never longer.
    /// </summary>
    public TimeSpan? MaxStaleness { get; set; }
}
