namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>What both agents can be started as.</summary>
/// <param name="AclDefaultPolicy">Null: no ACLs.</param>
public sealed record ContractSettings(string? AclDefaultPolicy = null);
