namespace ConsulConnect;

/// <summary>What becomes of a request that the permissions of an intention do not allow.</summary>
public enum ConnectAuthorizationMode
{
    /// <summary>It is refused.</summary>
    Enforce,

    /// <summary>
    /// It is reported in log and metric, and let through. Only for permissions: who the caller is, whether it may connect, and whether
    /// its request can be read at all are enforced as ever.
    /// </summary>
    Audit,
}
