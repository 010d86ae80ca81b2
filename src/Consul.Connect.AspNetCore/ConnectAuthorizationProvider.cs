namespace ConsulConnect;

/// <summary>Who decides whether a caller may connect.</summary>
public enum ConnectAuthorizationProvider
{
    /// <summary>Intentions cached from the agent and kept fresh; no call per connection.</summary>
    Intentions,

    /// <summary>One <c>/v1/agent/connect/authorize</c> call per connection, answers kept for 250 ms; as Consul's Go library does.</summary>
    Agent,
}
