namespace ConsulConnect.TestKit;

/// <summary>What a real agent is started as. By default a server of its own in dev mode, without ACLs, as all versions start.</summary>
public sealed class ConsulAgentOptions
{
    /// <summary>False: a client agent, which needs <see cref="Join"/>.</summary>
    public bool IsServer { get; set; } = true;

    /// <summary>The server a client agent joins; a client shares its ACL settings.</summary>
    public ConsulAgent? Join { get; set; }

    /// <summary>A data folder, so that <see cref="ConsulAgent.StartAgainAsync"/> finds the CA and the intentions again. A dev agent forgets everything.</summary>
    public bool KeepsState { get; set; }

    /// <summary>ACLs with this default policy, <c>deny</c> or <c>allow</c>; null: no ACLs.</summary>
    public string? AclDefaultPolicy { get; set; }

    public string Datacenter { get; set; } = "dc1";

    /// <summary>The server of the primary datacenter; makes this one a secondary.</summary>
    public ConsulAgent? Primary { get; set; }

    /// <summary>Opens the port by which other datacenters join.</summary>
    public bool IsFederated { get; set; }

    /// <summary>More configuration, as of an agent's file.</summary>
    public string Hcl { get; set; } = "";

    internal bool IsDevelopment => IsServer && !KeepsState;
}
