namespace ConsulConnect.DevAgent.Authority;

/// <param name="Roots">In the order of their ids, as Consul lists them.</param>
/// <param name="ChangedAt">When the active root became that.</param>
internal sealed record CaState(IReadOnlyList<CaRoot> Roots, CaConfiguration Configuration, DateTimeOffset ChangedAt)
{
    public CaRoot Active { get; } = Roots.Single(root => root.IsActive);
}
