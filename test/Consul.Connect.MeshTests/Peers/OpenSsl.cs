using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>The <c>openssl s_client</c> of this machine as a caller: it does what no TLS library of .NET lets a client do.</summary>
internal sealed class OpenSsl : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("consul-connect-openssl-");
    private readonly string _program;

    private OpenSsl(string program) => _program = program;

    /// <summary>Plays this leaf. Without openssl the test is skipped, in CI it fails.</summary>
    public static OpenSsl Play(TestCaLeaf leaf, TestCa root)
    {
        var caller = new OpenSsl(Find());
        File.WriteAllText(caller.FileOf("cert.pem"), leaf.Certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(caller.FileOf("chain.pem"), string.Concat(leaf.Chain.Select(one => one.ExportCertificatePem() + "\n")));
        File.WriteAllText(caller.FileOf("key.pem"), leaf.PrivateKeyPem);
        File.WriteAllText(caller.FileOf("roots.pem"), root.CertificatePem);
        return caller;
    }

    /// <param name="port">Of the mesh.</param>
    /// <param name="input">What it reads first, its input staying open; null: its input is at its end, and it quits after the handshake.</param>
    /// <param name="options">More options of s_client.</param>
    public ChildProcess Connect(int port, string? input, params string[] options) => ChildProcess.Start(_program, Arguments(port, options), input: input);

    /// <summary>Connects, and quits after the handshake.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(int port, params string[] options) =>
        ChildProcess.RunAsync(_program, Arguments(port, options), timeout: TimeSpan.FromSeconds(20));

    /// <summary>A file in its folder, which goes with it.</summary>
    public string FileOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Arguments(int port, string[] options)
    {
        string[] chain = new FileInfo(FileOf("chain.pem")).Length == 0 ? [] : ["-cert_chain", FileOf("chain.pem")];
        return ["s_client", "-connect", $"127.0.0.1:{port}", "-cert", FileOf("cert.pem"), "-key", FileOf("key.pem"), "-CAfile", FileOf("roots.pem"), .. chain, .. options];
    }

    private static string Find()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "openssl")).FirstOrDefault(File.Exists);
        const string missing = "There is no openssl program on the PATH: install the package openssl.";
        Skip.If(found is null && Environment.GetEnvironmentVariable("CI") != "true", missing);
        return found ?? throw new InvalidOperationException(missing);
    }
}
