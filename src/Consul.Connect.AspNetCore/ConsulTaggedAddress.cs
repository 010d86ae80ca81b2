namespace ConsulConnect;

/// <summary>A further address of a service instance.</summary>
public sealed class ConsulTaggedAddress
{
    /// <summary>An IP address or a host name. Required.</summary>
    public string? Address { get; set; }

    /// <summary>The port there. Default 0: the instance's port.</summary>
    public int Port { get; set; }
}
