using System.Threading.Channels;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public sealed class CertificateFilesAreReplaced : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certs-");
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly CollectedLog _log = new();
    private readonly ConnectMetrics _metrics = new("api", null);
    private readonly Channel<MeshCredentials> _changes = Channel.CreateUnbounded<MeshCredentials>();
    private readonly TestCa _ca = TestCa.Create();
    private readonly FileCredentials _credentials;

    public CertificateFilesAreReplaced()
    {
        var files = new ConnectCertificateFiles { CertFile = File("cert.pem"), KeyFile = File("key.pem"), CaFile = File("ca.pem") };
        _credentials = new(files, "api", _time, _log, _metrics);
        _credentials.Changed += change => _changes.Writer.TryWrite(change);
    }

    [Fact]
    public async Task The_identity_is_that_of_the_files()
    {
        var leaf = _ca.IssueLeaf("api");
        Write(leaf, _ca);
        _credentials.Start();

        var credentials = await _credentials.WaitAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((leaf.SpiffeId, _ca.TrustDomain), (credentials.Self.SpiffeId, credentials.TrustDomain));
        Assert.NotNull((await Handshake.WithCallerAsync(credentials, _ca.IssueLeaf("web")))?.Peer);
    }

    [Fact]
    public async Task New_files_are_in_use_within_about_a_second()
    {
        var first = await StartedAsync();
        var leaf = _ca.IssueLeaf("api");
        Write(leaf, _ca);

        await TurnAsync();

        Assert.Equal(leaf.Certificate.Thumbprint, (await NextAsync()).Leaf.Thumbprint);
        Assert.Same(first.Verified, _credentials.Current!.Verified);
        Assert.Equal(2, _credentials.Current.Generation);
    }

    [Fact]
    public async Task A_half_written_set_leaves_the_old_one_in_use_until_it_is_whole()
    {
        var first = await StartedAsync();
        var other = TestCa.Create();
        var leaf = other.IssueLeaf("api");

        await System.IO.File.WriteAllTextAsync(File("cert.pem"), leaf.CertPem);
        await TurnAsync();
        Assert.Contains("does not belong", _credentials.LastError, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File("key.pem"), leaf.PrivateKeyPem[..60]);
        await TurnAsync();
        Assert.Contains("private key", _credentials.LastError, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File("key.pem"), leaf.PrivateKeyPem);
        await TurnAsync();
        Assert.Contains("does not chain", _credentials.LastError, StringComparison.Ordinal);
        Assert.Same(first, _credentials.Current);

        await System.IO.File.WriteAllTextAsync(File("ca.pem"), other.CertificatePem);
        await TurnAsync();
        Assert.Equal(leaf.Certificate.Thumbprint, (await NextAsync()).Leaf.Thumbprint);
        Assert.Null(_credentials.LastError);
    }

    [Fact]
    public async Task Missing_files_are_waited_for_and_said_once()
    {
        _credentials.Start();
        await TurnAsync();
        await TurnAsync();
        Assert.Contains("cert.pem", _credentials.LastError, StringComparison.Ordinal);
        Assert.Equal([203], _log.Ids);

        Write(_ca.IssueLeaf("api"), _ca);
        await TurnAsync();

        await NextAsync();
        Assert.Null(_credentials.LastError);
    }

    [Fact]
    public async Task Another_service_in_the_files_is_refused()
    {
        Write(_ca.IssueLeaf("web"), _ca);
        _credentials.Start();
        await TurnAsync();

        Assert.Null(_credentials.Current);
        Assert.Contains("\"web\"", _credentials.LastError, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _credentials.DisposeAsync();
        _metrics.Dispose();
        _folder.Delete(recursive: true);
    }

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void Write(TestCaLeaf leaf, TestCa ca)
    {
        System.IO.File.WriteAllText(File("cert.pem"), leaf.CertPem);
        System.IO.File.WriteAllText(File("key.pem"), leaf.PrivateKeyPem);
        System.IO.File.WriteAllText(File("ca.pem"), ca.CertificatePem);
    }

    private async Task<MeshCredentials> StartedAsync()
    {
        Write(_ca.IssueLeaf("api"), _ca);
        _credentials.Start();
        return await NextAsync();
    }

    // The loop sleeps, wakes, reads, and sleeps again.
    private async Task TurnAsync()
    {
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.WaitForTimersAsync();
    }

    private async Task<MeshCredentials> NextAsync() => await _changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
