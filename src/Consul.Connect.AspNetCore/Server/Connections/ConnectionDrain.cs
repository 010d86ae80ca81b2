namespace ConsulConnect.Server;

/// <summary>
/// The graceful end of the open connections before a stop, spread over a time so that callers do not come back to the others all at
/// once. The listener still accepts, and what comes meanwhile is ended as well.
/// </summary>
internal sealed class ConnectionDrain(ConnectionRegistry registry, TimeProvider time)
{
    /// <summary>What a newcomer gets, so that it can make the call it came for.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends early when nothing is open. What runs on a connection at the end of the time is left to the server's own stop.</summary>
    public async Task RunAsync(TimeSpan over, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (registry.Count > 0)
        {
            var left = over - time.GetElapsedTime(began);
            var waiting = registry.Open().Where(connection => !connection.IsAskedToClose && (connection.Since <= began || left <= Step || time.GetElapsedTime(connection.Since) >= Grace)).ToArray();
            foreach (var connection in waiting.Take(Share(waiting.Length, left)))
                connection.AskToClose();
            if (left <= TimeSpan.Zero)
                return;
            await Task.Delay(left < Step ? left : Step, time, cancellationToken);
        }
    }

    private static int Share(int count, TimeSpan left) => left <= Step ? count : (int)Math.Ceiling(count * (Step / left));
}
