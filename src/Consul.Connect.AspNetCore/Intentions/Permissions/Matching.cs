namespace ConsulConnect.Intentions;

/// <summary>How a condition is compared with a request.</summary>
internal enum Matching
{
    /// <summary>For a permission that allows: what Envoy would match, or less.</summary>
    Strict,

    /// <summary>For a permission that denies: also what an app may take for the same.</summary>
    Loose,

    /// <summary>As Envoy, whatever the permission does.</summary>
    LikeEnvoy,
}
