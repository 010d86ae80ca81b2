using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulConnect.Agent;

/// <summary>TLS towards the agent, from the files the options name.</summary>
internal sealed class AgentTls(ConsulTlsOptions options, bool verify)
{
    public bool IsWatched => (options.CaFile ?? options.CaPath ?? options.CertFile ?? options.KeyFile) is not null;

    /// <summary>A hash of all the files: it changes when one of them does.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string?[] files = [options.CaFile, options.CertFile, options.KeyFile, .. FilesIn(options.CaPath)];
        foreach (var file in files.OfType<string>())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file));
            var content = File.ReadAllBytes(file);
            hash.AppendData(BitConverter.GetBytes(content.Length));
            hash.AppendData(content);
            CryptographicOperations.ZeroMemory(content);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <exception cref="CryptographicException">A file does not hold what it should.</exception>
    [SuppressMessage("Security", "CA5359", Justification = "CONSUL_HTTP_SSL_VERIFY=false says so, and whoever starts warns.")]
    public SslClientAuthenticationOptions Load()
    {
        var result = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new()
            {
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        if ((options.CaFile ?? options.CaPath) is not null)
        {
            result.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            result.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities());
        }

        if (options is { CertFile: { } cert, KeyFile: { } key })
            result.ClientCertificateContext = ClientCertificate(cert, key);
        if (!verify)
            result.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return result;
    }

    private static SslStreamCertificateContext ClientCertificate(string certFile, string keyFile)
    {
        var text = File.ReadAllText(certFile);
        var bytes = File.ReadAllBytes(keyFile);
        var key = Encoding.UTF8.GetChars(bytes);
        try
        {
            var others = new X509Certificate2Collection();
            others.ImportFromPem(text);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(text, key), [.. others.Skip(1)], offline: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(key);
        }
    }

    private static string[] FilesIn(string? folder) =>
        folder is null ? [] : [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];

    private X509Certificate2Collection Authorities()
    {
        var authorities = new X509Certificate2Collection();
        if (options.CaFile is not null)
            authorities.ImportFromPemFile(options.CaFile);
        if (options.CaFile is not null && authorities.Count == 0)
            throw new CryptographicException($"Consul:Tls:CaFile {options.CaFile} holds no certificate in PEM");
        foreach (var file in FilesIn(options.CaPath))
            authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException($"Consul:Tls:CaPath {options.CaPath} holds no certificate in PEM");
    }
}
