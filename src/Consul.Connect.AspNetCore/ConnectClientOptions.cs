namespace ConsulConnect;

/// <summary>How one HTTP client calls the mesh.</summary>
public sealed class ConnectClientOptions
{
    /// <summary>The identity of this process that calls: the name given to <c>UseConsulConnect("billing")</c> or <c>AddConsulConnect("billing")</c>. Default null: the one without a name.</summary>
    public string? As { get; set; }
}
