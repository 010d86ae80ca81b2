namespace ConsulConnect.Certificates;

/// <summary>Whom our own leaf must name.</summary>
/// <param name="Service">Null: whoever the leaf names.</param>
/// <param name="Namespace">Empty or null: <c>default</c>.</param>
/// <param name="Partition">Empty or null: <c>default</c>.</param>
internal sealed record ExpectedService(string? Service, string? Namespace = null, string? Partition = null)
{
    /// <summary>How a leaf's identity differs from what is expected, as a sentence; null when it does not.</summary>
    public string? Mismatch(ConnectPeer leaf)
    {
        if (Service is null || string.Equals(leaf.Service, Service, StringComparison.Ordinal))
            return Service is null ? null : MismatchOfPlace(leaf);
        return string.Equals(leaf.Service, Service, StringComparison.OrdinalIgnoreCase)
            ? $"The leaf names \"{leaf.Service}\" and this service is \"{Service}\": names differ by case in the mesh; write the same one everywhere."
            : $"The leaf names the service \"{leaf.Service}\", not \"{Service}\".";
    }

    private string? MismatchOfPlace(ConnectPeer leaf)
    {
        var (ns, partition) = (OrDefault(Namespace), OrDefault(Partition).ToLowerInvariant());
        if (!string.Equals(leaf.Namespace, ns, StringComparison.Ordinal))
            return $"The leaf is of the namespace \"{leaf.Namespace}\", not \"{ns}\".";
        return string.Equals(leaf.Partition, partition, StringComparison.Ordinal) ? null : $"The leaf is of the partition \"{leaf.Partition}\", not \"{partition}\".";
    }

    private static string OrDefault(string? name) => string.IsNullOrEmpty(name) ? SpiffeId.Default : name;
}
