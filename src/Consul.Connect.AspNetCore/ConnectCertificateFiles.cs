namespace ConsulConnect;

/// <summary>Leaf, key and roots in PEM files, read again when they change: the <c>Consul:Connect:Certificates</c> section.</summary>
public sealed class ConnectCertificateFiles
{
    /// <summary>The leaf, first, and its intermediates.</summary>
    public string? CertFile { get; set; }

    /// <summary>The leaf's private key, not encrypted.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The roots that callers' certificates must chain to.</summary>
    public string? CaFile { get; set; }
}
