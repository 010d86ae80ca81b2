using System.Text.RegularExpressions;

namespace ConsulConnect.TestKit;

/// <summary>The Consul program the tests run: <c>CONSUL_BINARY</c>, else the one on the PATH, else Debian's, fetched into <c>.cache</c>.</summary>
public sealed partial record RealConsul(string Path, Version Version)
{
    private static readonly Lazy<Task<RealConsul>> Found = new(LocateAsync);

    /// <summary>Skips the test (in CI: fails it) when there is none; so the test is a <c>[SkippableFact]</c>.</summary>
    public static Task<RealConsul> FindAsync() => Found.Value;

    internal static ProvisionedProgram Program() => new("consul", "CONSUL_BINARY", "test/tools/install-consul.sh") { Probe = ["version"] };

    private static async Task<RealConsul> LocateAsync()
    {
        var path = await Program().FindAsync();
        var (exitCode, output) = await ChildProcess.RunAsync(path, ["version"]);
        var version = VersionLine().Match(output);
        if (exitCode != 0 || !version.Success)
            throw new InvalidOperationException($"{path} version: exit code {exitCode}, {output}");
        return new(path, Version.Parse(version.Groups[1].Value));
    }

    [GeneratedRegex(@"Consul v(\d+\.\d+\.\d+)")]
    private static partial Regex VersionLine();
}
