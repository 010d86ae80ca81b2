namespace ConsulConnect.Certificates;

/// <summary>A bounded memory of peer certificates verified under one set of roots, by the SHA-256 of the certificate.</summary>
internal sealed class VerifiedPeers;
