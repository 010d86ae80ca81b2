using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

// What a member of its mesh gets from it.
public sealed partial class ConsulAgent
{
    /// <summary>The leaf of a service, registered or not, for a caller that a test plays.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="token">The token to ask with; without ACLs any text, and each gets a leaf of its own. Default: the operator's.</param>
    public async Task<MeshIdentity> IssueLeafAsync(string service, string? token = null)
    {
        var leaf = (await SendAsync(HttpMethod.Get, $"/v1/agent/connect/ca/leaf/{Uri.EscapeDataString(service)}?wait=1s", token: token))!;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(leaf["CertPEM"]!.GetValue<string>());
        using var key = ECDsa.Create();
        key.ImportFromPem(leaf["PrivateKeyPEM"]!.GetValue<string>());
        var certificate = chain[0].CopyWithPrivateKey(key);
        chain.RemoveAt(0);
        return new(certificate, chain, await GetTrustAnchorsAsync(), leaf["ServiceURI"]!.GetValue<string>());
    }

    /// <summary>Every root the agent names, active or not.</summary>
    public async Task<X509Certificate2Collection> GetTrustAnchorsAsync()
    {
        var anchors = new X509Certificate2Collection();
        foreach (var root in (await GetRootsAsync())["Roots"]!.AsArray())
            anchors.ImportFromPem(root!["RootCert"]!.GetValue<string>());
        return anchors;
    }
}
