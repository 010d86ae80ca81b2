using Xunit;

namespace ConsulConnect.TestKit;

/// <summary>
/// A program the tests need and the SDK does not bring: named by a variable, on the PATH, or obtained by a script of this
/// repository. Where it cannot be had a test is skipped, except in CI, where it fails.
/// </summary>
internal sealed class ProvisionedProgram(string name, string variable, string script)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Reads a variable; a test may put other values.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Whether the script can work here.</summary>
    public Func<bool> CanProvision { get; init; } = () => OperatingSystem.IsLinux() && File.Exists("/usr/bin/apt-get") && File.Exists("/usr/bin/dpkg");

    /// <summary>The arguments with which the program, when found on the PATH, proves that it runs; null: the PATH is not searched.</summary>
    public IReadOnlyList<string>? Probe { get; init; }

    public async Task<string> FindAsync()
    {
        if (Environment(variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new InvalidOperationException($"{variable} names {named}, which does not exist.");
        if (Probe is not null && await FindOnPathAsync() is { } found)
            return found;

        var obstacle = "this system has no apt and dpkg";
        if (CanProvision())
        {
            var (exitCode, output) = await ChildProcess.RunAsync("/bin/sh", [Path.Combine(Repository.Root, script)], timeout: Patience);
            var lastLine = output.Split('\n')[^1];
            if (exitCode == 0)
                return output.Split('\n').Last(File.Exists);
            obstacle = lastLine;
        }

        var sentence = $"There is no {name} here: set {variable} to one, or run {script} on a Debian-like system ({obstacle}).";
        Skip.If(Environment("CI") != "true", sentence);
        throw new InvalidOperationException(sentence);
    }

    private async Task<string?> FindOnPathAsync()
    {
        foreach (var folder in (Environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var file = Path.Combine(folder, name);
            try
            {
                if (File.Exists(file) && (await ChildProcess.RunAsync(file, Probe!)).ExitCode == 0)
                    return file;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not a program of this machine.
            }
        }

        return null;
    }
}
