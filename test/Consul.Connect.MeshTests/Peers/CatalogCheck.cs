namespace ConsulConnect.MeshTests.Peers;

/// <summary>A check as an agent or the catalog has it.</summary>
internal sealed record CatalogCheck(string Id, string Status, string Output, string Notes);
