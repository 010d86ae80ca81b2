using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>What a member of a mesh holds.</summary>
/// <param name="Leaf">Its certificate, with the key.</param>
/// <param name="Intermediates">What it sends behind the leaf.</param>
/// <param name="Roots">What it trusts.</param>
/// <param name="Uri">Its SPIFFE ID.</param>
public sealed record MeshIdentity(X509Certificate2 Leaf, X509Certificate2Collection Intermediates, X509Certificate2Collection Roots, string Uri);
