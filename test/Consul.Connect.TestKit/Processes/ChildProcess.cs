using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ConsulConnect.TestKit;

/// <summary>A foreign program that lives no longer than the test, nor than the test host.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly OutputLines _lines = new();
    private readonly string _name;

    private ChildProcess(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, string? input)
    {
        _name = Path.GetFileName(file);
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[key] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _lines.Add(line.Data);
        _process.Exited += (_, _) => Watchdog.Instance.Forget(Id);
        _process.Start();
        Id = _process.Id;
        Watchdog.Instance.Watch(Id);
        if (_process.HasExited)
            Watchdog.Instance.Forget(Id);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (input is null)
            _process.StandardInput.Close();
        else
            Send(input);
    }

    public int Id { get; private set; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The newest lines of both outputs.</summary>
    public string Output => _lines.ToString();

    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
    /// <param name="input">What it reads first; its input then stays open. Null: its input is at its end.</param>
    public static ChildProcess Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? input = null) =>
        new(file, arguments, environment, input);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        await using var process = Start(file, arguments, environment);
        await process.WaitForExitAsync(timeout ?? Eventually.DefaultTimeout);
        return (process.ExitCode, process.Output);
    }

    /// <summary>The first line of output that is it, one already written included.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt, TimeSpan? timeout = null)
    {
        using var ending = new CancellationTokenSource(timeout ?? Eventually.DefaultTimeout);
        var found = _lines.WaitAsync(isIt);
        try
        {
            await Task.WhenAny(found, _process.WaitForExitAsync(ending.Token)).WaitAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
        }

        return found.IsCompleted ? await found : throw Failure("did not write the expected line");
    }

    public async Task WaitForExitAsync(TimeSpan timeout)
    {
        using var ending = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure($"did not end within {timeout.TotalSeconds} s");
        }
    }

    /// <summary>Writes to its input, which it was started with.</summary>
    public void Send(string input)
    {
        _process.StandardInput.Write(input);
        _process.StandardInput.Flush();
    }

    /// <summary>SIGSTOP: the process keeps its connections and answers nothing.</summary>
    public async Task PauseAsync()
    {
        Signal(OperatingSystem.IsMacOS() ? 17 : 19);
        if (OperatingSystem.IsLinux())
            await Eventually.HoldsAsync($"{_name} is stopped", () => File.ReadAllText($"/proc/{Id}/stat").Contains(") T ", StringComparison.Ordinal));
    }

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(OperatingSystem.IsMacOS() ? 19 : 18);

    /// <summary>SIGTERM: the process may tidy up. It is killed when that takes longer than 10 s.</summary>
    public async Task StopAsync()
    {
        Signal(SigTerm);
        try
        {
            await WaitForExitAsync(Patience);
        }
        catch (InvalidOperationException)
        {
            await KillAsync();
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await WaitForExitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited && Kill(Id, signal) != 0 && !_process.HasExited)
            throw new Win32Exception();
    }

    private InvalidOperationException Failure(string what) =>
        new($"{_name} (pid {Id}{(HasExited ? $", exit code {ExitCode}" : "")}) {what}. Its output:\n{Output}");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
