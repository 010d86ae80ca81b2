namespace ConsulConnect.Tests.Configuration;

/// <summary>A file that exists while a test runs.</summary>
internal sealed class TestFile : IDisposable
{
    public TestFile() => File.WriteAllText(Path, "content");

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"connect-{Guid.NewGuid():N}.txt");

    /// <summary>The path inside JSON.</summary>
    public string Json => Path.Replace("\\", "\\\\", StringComparison.Ordinal);

    public void Dispose() => File.Delete(Path);
}
