using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>What the call connect/ca/configuration reads and writes.</summary>
/// <param name="Config">As it was written; private keys included, as in Consul.</param>
internal sealed record CaConfiguration(JsonObject Config, bool ForceWithoutCrossSigning, TimeSpan LeafLifetime, ulong CreateIndex, ulong ModifyIndex);
