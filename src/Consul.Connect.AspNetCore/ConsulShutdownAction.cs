namespace ConsulConnect;

/// <summary>What a stop does to the entry in the catalog.</summary>
public enum ConsulShutdownAction
{
    /// <summary>Removes it.</summary>
    Deregister,

    /// <summary>Puts it in maintenance, which is critical; the next start of the instance ends it.</summary>
    Maintenance,
}
