using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Certificates;

/// <summary>The identity from PEM files, read again each second: what writes them need not tell us, and links may be swapped.</summary>
/// <param name="service">Whom the leaf must name; null: whoever it names.</param>
internal sealed class FileCredentials(ConnectCertificateFiles files, string? service, TimeProvider time, ILogger logger, ConnectMetrics metrics) : ICredentialsSource
{
    private static readonly TimeSpan _pace = TimeSpan.FromSeconds(1);

    private readonly PublishedCredentials _published = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private byte[] _accepted = [];
    private TrustedRoots? _roots;
    private volatile string? _lastError;

    public event Action<MeshCredentials>? Changed
    {
        add => _published.Changed += value;
        remove => _published.Changed -= value;
    }

    public MeshCredentials? Current => _published.Current;

    public string? LastError => _lastError;

    public void Start() => _loop = RunAsync();

    public ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken) => _published.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Note(await ReadAsync(_stopping.Token));
                await Task.Delay(_pace, time, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Note(string? reason)
    {
        var isNew = reason is not null && reason != _lastError;
        _lastError = reason;
        if (!isNew)
            return;
        try
        {
            metrics.LeafRotated(accepted: false);
            Log.FilesRejected(logger, reason!, new(Current));
        }
        catch (Exception)
        {
            // A log sink or a listener that throws must not end the loop.
        }
    }

    // Answers why the files cannot be used. While they are being written they do not fit together; then the next turn tries again.
    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] key = [];
        try
        {
            var cert = await PemFile.ReadAsync(files.CertFile!, cancellationToken);
            var ca = await PemFile.ReadAsync(files.CaFile!, cancellationToken);
            key = await PemFile.ReadAsync(files.KeyFile!, cancellationToken);
            byte[] content = [.. SHA256.HashData(cert), .. SHA256.HashData(key), .. SHA256.HashData(ca)];
            if (content.AsSpan().SequenceEqual(_accepted))
                return Current is { } current && current.NotAfter <= time.GetUtcNow() ? $"the leaf ended at {current.NotAfter.UtcDateTime:u}" : null;

            var reason = Use(cert, key, ca);
            if (reason is null)
                _accepted = content;
            return reason;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message.TrimEnd('.');
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The loop goes on whatever a file holds.
            return $"they cannot be read ({e.GetType().Name})";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private string? Use(byte[] cert, byte[] key, byte[] ca)
    {
        if (!OwnLeaf.TryParse(cert, key, new(service), out var leaf, out var reason))
            return reason;
        if (!PemText.TryReadCertificates(ca, out var bundle, out var fault))
            return $"the file {files.CaFile} {fault}";

        var roots = TrustedRoots.Of(leaf.Self.TrustDomain, bundle);
        var isNewRoots = roots.Fingerprint != _roots?.Fingerprint;
        // Peers stay verified while the roots stay.
        if (!isNewRoots)
            roots = _roots!;
        if (!CredentialsFactory.TryJoin(roots, leaf, time.GetUtcNow(), _published.NextGeneration, out var credentials, out reason))
            return reason;

        var level = Current is null ? LogLevel.Debug : LogLevel.Information;
        var isNewLeaf = !credentials.Leaf.RawDataMemory.Span.SequenceEqual(Current is { } current ? current.Leaf.RawDataMemory.Span : []);
        _roots = roots;
        _published.Replace(credentials);

        // Said when it holds, not before.
        if (isNewRoots)
        {
            metrics.RootsRotated(accepted: true);
            Log.RootsChanged(logger, level, roots.Anchors.Count, roots.TrustDomain);
        }
        if (isNewLeaf)
        {
            metrics.LeafRotated(accepted: true);
            Log.LeafReceived(logger, level, leaf.Self.Service, leaf.Self.SerialNumber, leaf.Self.NotAfter.UtcDateTime);
        }
        return null;
    }
}
