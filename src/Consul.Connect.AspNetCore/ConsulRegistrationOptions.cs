namespace ConsulConnect;

/// <summary>Our switches of the registration.</summary>
public sealed class ConsulRegistrationOptions
{
    /// <summary>False when something else registers this instance, such as Nomad or Kubernetes. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
