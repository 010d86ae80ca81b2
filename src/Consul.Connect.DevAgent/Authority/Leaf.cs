namespace ConsulConnect.DevAgent.Authority;

/// <summary>An issued leaf with its key.</summary>
internal sealed record Leaf
{
    public required string Service { get; init; }

    public required string Uri { get; init; }

    public required string SerialNumber { get; init; }

    /// <summary>The leaf, and what leads from it to an older root.</summary>
    public required string CertificatePem { get; init; }

    public required string PrivateKeyPem { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Between 60 and 90 percent of its life.</summary>
    public required DateTimeOffset RenewAt { get; init; }

    /// <summary>The root that signed it.</summary>
    public required string RootId { get; init; }

    public ulong Index { get; init; }

    /// <summary>Once there is another root: when a leaf of that one takes its place.</summary>
    public DateTimeOffset? ReplaceAt { get; init; }

    public DateTimeOffset DueAt => ReplaceAt < RenewAt ? ReplaceAt.Value : RenewAt;

    // The generated one would print the key.
    public override string ToString() => $"leaf {SerialNumber} of {Service}";
}
