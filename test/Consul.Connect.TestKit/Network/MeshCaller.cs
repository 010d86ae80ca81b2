using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>Calls a mesh endpoint as a peer that a test plays: a well-behaved one by default, with every detail to change.</summary>
public sealed record MeshCaller
{
    /// <summary>What sidecars offer first.</summary>
    public const TlsCipherSuite SidecarCipherSuite = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;

    /// <summary>The certificate it shows, with its chain and key; null: none.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>The only roots under which it believes the server.</summary>
    public required X509Certificate2Collection Roots { get; init; }

    /// <summary>The SPIFFE ID the server must show; null: any under the roots.</summary>
    public string? ExpectedUri { get; init; }

    public SslProtocols Protocols { get; init; } = SslProtocols.None;

    /// <summary>Null: the platform's.</summary>
    public IReadOnlyList<TlsCipherSuite>? CipherSuites { get; init; }

    /// <summary>Empty: none is sent.</summary>
    public string Sni { get; init; } = "";

    /// <summary>Empty: no ALPN is sent.</summary>
    public IReadOnlyList<SslApplicationProtocol> Alpn { get; init; } = [];

    /// <summary>What it speaks after the handshake, whatever ALPN said, as a proxy carries what its client speaks.</summary>
    public Version HttpVersion { get; init; } = System.Net.HttpVersion.Version11;

    /// <summary>Host or :authority of its requests; null: that of the address.</summary>
    public string? Host { get; init; }

    /// <summary>Allows renegotiation, which TLS 1.2 servers must refuse.</summary>
    public bool AllowsRenegotiation { get; init; }

    public static MeshCaller From(MeshIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return new() { Certificate = SslStreamCertificateContext.Create(identity.Leaf, identity.Intermediates, offline: true), Roots = identity.Roots };
    }

    public static MeshCaller From(TestCaLeaf leaf, params TestCa[] roots)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        return new() { Certificate = leaf.Context, Roots = [.. roots.Select(root => root.Certificate)] };
    }

    /// <summary>The same caller as the sidecars behave: TLS 1.2 only, their cipher suite and server name, ALPN by protocol, the Host of whom they serve.</summary>
    /// <param name="sni">The server name.</param>
    /// <param name="alpn">Their service's protocol; null for tcp.</param>
    public MeshCaller AsSidecar(string sni, SslApplicationProtocol? alpn = null) => this with
    {
        Protocols = SslProtocols.Tls12,
        CipherSuites = [SidecarCipherSuite],
        Sni = sni,
        Alpn = alpn is { } one ? [one] : [],
        HttpVersion = alpn == SslApplicationProtocol.Http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
        Host = "127.0.0.1:9191",
    };

    /// <summary>Connects and completes the handshake. With TLS 1.3 a refusal shows only on the first read.</summary>
    public async Task<SslStream> OpenTlsAsync(int port, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return await OpenTlsAsync(new NetworkStream(socket, ownsSocket: true), cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Completes the handshake over any stream.</summary>
    public async Task<SslStream> OpenTlsAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(TlsOptions(), cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Speaks HTTP over such connections. Its addresses are plain <c>http</c>, because the TLS is this caller's own; so requests carry
    /// <c>:scheme http</c> in HTTP/2, as those of sidecars do.
    /// </summary>
    public HttpClient CreateClient(int port) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectCallback = async (_, cancellationToken) => await OpenTlsAsync(port, cancellationToken),
    })
    {
        BaseAddress = new($"http://{Host ?? $"127.0.0.1:{port}"}"),
        DefaultRequestVersion = HttpVersion,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Speaks HTTP as .NET's own client does: <c>https</c>, ALPN by version, the host's name as SNI.</summary>
    public HttpClient CreateHttpsClient(int port) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        SslOptions = TlsOptions(),
    })
    {
        BaseAddress = new($"https://127.0.0.1:{port}"),
        DefaultRequestVersion = HttpVersion,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private SslClientAuthenticationOptions TlsOptions() => new()
    {
        TargetHost = Sni,
        ClientCertificateContext = Certificate,
        EnabledSslProtocols = Protocols,
        CipherSuitesPolicy = CipherSuites is null ? null : OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : new CipherSuitesPolicy(CipherSuites),
        ApplicationProtocols = Alpn.Count == 0 ? null : [.. Alpn],
        AllowRenegotiation = AllowsRenegotiation,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => IsExpectedServer(certificate, chain),
    };

    private bool IsExpectedServer(X509Certificate? certificate, X509Chain? sent)
    {
        if (certificate is not X509Certificate2 leaf)
            return false;
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(Roots);
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(leaf) && (ExpectedUri is null || MeshNames.UriNames(leaf).SequenceEqual([ExpectedUri]));
    }
}
