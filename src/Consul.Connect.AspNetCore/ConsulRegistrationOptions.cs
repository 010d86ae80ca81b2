namespace ConsulConnect;

/// <summary>Our switches of the registration.</summary>
public sealed class ConsulRegistrationOptions
{
    /// <summary>False when something else registers this instance, such as Nomad or Kubernetes. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What a stop does to the entry. Default <see cref="ConsulShutdownAction.Deregister"/>.</summary>
    public ConsulShutdownAction OnShutdown { get; set; } = ConsulShutdownAction.Deregister;

    /// <summary>
    /// How long a stop goes on serving after the entry has left the catalog, until callers know: 0 to 5 min. Default 2 s. Also where
    /// <see cref="Enabled"/> is false, because whoever registered the instance may take it back only now. With
    /// <see cref="DrainTime"/> and 5 s more it must fit into <c>HostOptions.ShutdownTimeout</c>.
    /// </summary>
    public TimeSpan PropagationDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Over how long a stop then spreads the graceful end of the open connections: 0 to 5 min. Default 10 s; it ends earlier when none is open.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the host's start fails when the app is not in the mesh, and in the catalog where it asks to be, within 10 s. Default
    /// false: the host starts without an agent and joins when there is one. Without a host, <see cref="ConnectService.WaitUntilReadyAsync"/>
    /// waits as long as its token lets it.
    /// </summary>
    public bool FailFast { get; set; }
}
