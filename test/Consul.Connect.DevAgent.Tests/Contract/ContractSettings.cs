namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>What both agents can be started as.</summary>
/// <param name="AclDefaultPolicy">Null: no ACLs.</param>
/// <param name="DefaultIntentionPolicy">Only for an agent that knows <see cref="Feature.DefaultIntentionPolicy"/>.</param>
public sealed record ContractSettings(string? AclDefaultPolicy = null, string? DefaultIntentionPolicy = null);
