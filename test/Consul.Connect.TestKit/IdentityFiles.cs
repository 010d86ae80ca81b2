namespace ConsulConnect.TestKit;

/// <summary>An identity in files, so that an app can serve the mesh without an agent; and callers under the same root.</summary>
public sealed class IdentityFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("consul-connect-");

    /// <param name="service">Whom the leaf names.</param>
    /// <param name="authority">Null: a new root.</param>
    public IdentityFiles(string service, TestCa? authority = null)
    {
        Authority = authority ?? TestCa.Create();
        Write(Authority.IssueLeaf(service));
        File.WriteAllText(CaFile, Authority.CertificatePem);
    }

    public TestCa Authority { get; }

    public string CaFile => Path.Combine(_folder.FullName, "ca.pem");

    private string CertFile => Path.Combine(_folder.FullName, "cert.pem");

    private string KeyFile => Path.Combine(_folder.FullName, "key.pem");

    /// <summary>The settings of an app that uses them, and lets everybody of the mesh in.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Consul:Connect:Certificates:CertFile"] = CertFile,
        ["Consul:Connect:Certificates:KeyFile"] = KeyFile,
        ["Consul:Connect:Certificates:CaFile"] = CaFile,
        ["Consul:Connect:Authorization:DefaultPolicy"] = "Allow",
    };

    public void Write(TestCaLeaf leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        File.WriteAllText(CertFile, leaf.CertPem);
        File.WriteAllText(KeyFile, leaf.PrivateKeyPem);
    }

    /// <summary>A caller with a leaf of the same root.</summary>
    public MeshCaller Caller(string service = "web", Action<TestCaLeafOptions>? configure = null) => MeshCaller.From(Authority.IssueLeaf(service, configure), Authority);

    public void Dispose() => _folder.Delete(recursive: true);
}
