namespace ConsulConnect.Certificates;

/// <summary>Whom our own leaf must name. What is null or empty is for the agent to say: it places a service by its token and its own partition.</summary>
internal sealed record ExpectedService(string? Service, string? Namespace = null, string? Partition = null)
{
    /// <summary>How a leaf's identity differs from what is expected, fit for a message; null when it does not.</summary>
    public string? Mismatch(ConnectPeer leaf)
    {
        if (IsOther(Service, leaf.Service))
            return string.Equals(leaf.Service, Service, StringComparison.OrdinalIgnoreCase)
                ? $"the leaf names \"{leaf.Service}\" and this service is \"{Service}\": names that differ in case are two services; write the same one everywhere"
                : $"the leaf names the service \"{leaf.Service}\", not \"{Service}\"";
        if (IsOther(Namespace, leaf.Namespace))
            return $"the leaf is of the namespace \"{leaf.Namespace}\", not \"{Namespace}\"";
        return IsOther(Partition?.ToLowerInvariant(), leaf.Partition) ? $"the leaf is of the partition \"{leaf.Partition}\", not \"{Partition}\"" : null;
    }

    private static bool IsOther(string? expected, string actual) =>
        !string.IsNullOrEmpty(expected) && !string.Equals(expected, actual, StringComparison.Ordinal);
}
