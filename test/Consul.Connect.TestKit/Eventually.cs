namespace ConsulConnect.TestKit;

/// <summary>Asks a foreign process again and again until it says what is expected. For our own code wait on an event instead.</summary>
public static class Eventually
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is right, and returns it. An exception is an answer that is not right yet.</summary>
    /// <param name="what">What is expected, for the message: "web is in the catalog".</param>
    /// <param name="ask">Reads the state.</param>
    /// <param name="isRight">Judges it.</param>
    /// <param name="timeout">Default 60 s.</param>
    /// <param name="giveUp">Asked at each turn; a text ends the waiting at once.</param>
    public static async Task<T> ReadsAsync<T>(string what, Func<CancellationToken, Task<T>> ask, Func<T, bool> isRight, TimeSpan? timeout = null, Func<string?>? giveUp = null)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(isRight);
        var limit = timeout ?? DefaultTimeout;
        using var ending = new CancellationTokenSource(limit);
        using var turns = new PeriodicTimer(Pace);
        var seen = "nothing";
        try
        {
            do
            {
                if (giveUp?.Invoke() is { } reason)
                    throw new InvalidOperationException($"{what}: {reason} Last seen: {seen}.");
                try
                {
                    var answer = await ask(ending.Token);
                    if (isRight(answer))
                        return answer;
                    seen = answer?.ToString() ?? "null";
                }
                catch (Exception e) when (!ending.IsCancellationRequested)
                {
                    seen = $"{e.GetType().Name}: {e.Message}";
                }
            }
            while (await turns.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
        }

        throw new TimeoutException($"{what}: not within {limit.TotalSeconds} s. Last seen: {seen}.");
    }

    public static Task HoldsAsync(string what, Func<bool> holds, TimeSpan? timeout = null) =>
        ReadsAsync(what, _ => Task.FromResult(holds()), held => held, timeout);

    public static Task HoldsAsync(string what, Func<CancellationToken, Task<bool>> holds, TimeSpan? timeout = null) =>
        ReadsAsync(what, holds, held => held, timeout);
}
