using System.Diagnostics;

namespace ConsulConnect.TestKit;

/// <summary>
/// Kills our child processes when this process ends, however it ends. A shell reads their ids from a pipe that only we hold
/// open; the pipe closes with us. Unlike a parent-death signal this does not depend on the thread that started a child.
/// </summary>
internal sealed class Watchdog
{
    private const string Script =
        """
        trap '' HUP INT TERM
        pids=
        while read -r verb pid; do
            others=
            for p in $pids; do [ "$p" = "$pid" ] || others="$others $p"; done
            pids=$others
            [ "$verb" = forget ] || pids="$pids $pid"
        done
        [ -z "$pids" ] || kill -9 $pids
        """;

    private readonly Lock _lock = new();
    private readonly Process _shell;

    private Watchdog()
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true })!;
        _shell.StandardInput.AutoFlush = true;
    }

    public static Watchdog Instance { get; } = new();

    public void Watch(int pid) => Write($"watch {pid}\n");

    public void Forget(int pid) => Write($"forget {pid}\n");

    private void Write(string line)
    {
        lock (_lock)
            _shell.StandardInput.Write(line);
    }
}
