using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WebApi.Demo;

/// <summary>One caller's leaf and the roots, asked for anew with each connection, which is all a rotation needs. Nothing is written to a file.</summary>
internal sealed class CallerIdentity(string caller, string service, DemoAgent agent)
{
    private volatile string? _appsLeaf;

    /// <summary>The thumbprint of the leaf the app presented last.</summary>
    public string? AppsLeaf => _appsLeaf;

    public async Task<SslStream> SecureAsync(Stream stream, CancellationToken cancel)
    {
        var leaf = await agent.GetAsync($"/v1/agent/connect/ca/leaf/{caller}", cancel);
        var roots = await agent.GetAsync("/v1/agent/connect/ca/roots", cancel);
        var chain = (string)leaf["CertPEM"]!;
        using var certificate = X509Certificate2.CreateFromPem(chain, (string)leaf["PrivateKeyPEM"]!);
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPem(chain);
        intermediates.RemoveAt(0);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        foreach (var root in roots["Roots"]!.AsArray())
            policy.CustomTrustStore.ImportFromPem((string)root!["RootCert"]!);

        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(
                new()
                {
                    TargetHost = service,
                    ClientCertificateContext = SslStreamCertificateContext.Create(certificate, intermediates, offline: true),
                    CertificateChainPolicy = policy,
                    RemoteCertificateValidationCallback = (_, server, _, errors) => IsService(server as X509Certificate2, errors),
                },
                cancel);
            _appsLeaf = ((X509Certificate2)secured.RemoteCertificate!).Thumbprint;
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    // A leaf names a service, not a host: spiffe://…/svc/orders.
    private bool IsService(X509Certificate2? server, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
        && server?.Extensions["2.5.29.17"] is { } names
        && Encoding.ASCII.GetString(names.RawData).EndsWith($"/svc/{service}", StringComparison.OrdinalIgnoreCase);
}
