namespace ConsulConnect.MeshTests.Peers;

/// <summary>An instance as the catalog has it.</summary>
internal sealed record CatalogInstance(string Id, string Address, int Port, IReadOnlyList<string> Tags, IReadOnlyList<CatalogCheck> Checks)
{
    /// <summary>That of its own checks; the node's are left out.</summary>
    public string Status => Checks.Any(check => check.Status == "critical") ? "critical" : Checks.Any(check => check.Status == "warning") ? "warning" : "passing";

    public override string ToString() => $"{Id} {Address}:{Port} [{string.Join(',', Tags)}] {string.Join(", ", Checks.Select(check => $"{check.Id} {check.Status} {check.Notes}"))}";
}
