namespace ConsulConnect.Agent;

/// <summary>The numbers in which watches differ.</summary>
internal sealed record WatchPace
{
    /// <summary>The least time between two answers once a burst of 5 is used up.</summary>
    public TimeSpan Floor { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pace, jittered, at which an answer without an index is asked for again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>The one long-poll loop.</summary>
/// <param name="name">For logs and metrics: leaf, roots, intentions, registration.</param>
/// <param name="fetch">The call.</param>
/// <param name="accept">Takes new content, and answers null; or why it cannot be used, fit for a message. Called only when the content differs from what was accepted last.</param>
/// <param name="link">What the loops of one identity share.</param>
/// <param name="pace">Null: the defaults.</param>
internal sealed class AgentWatch<T>(string name, Func<BlockingQuery, CancellationToken, Task<AgentAnswer<T>>> fetch, Func<T, string?> accept, AgentLink link, WatchPace? pace = null) : IAsyncDisposable
    where T : class
{
    /// <summary>Why the last turn confirmed nothing; null when it did. Fit for a message.</summary>
    public string? LastError { get; private set; }

    /// <summary>How long ago the agent last confirmed what was accepted, its own age included; null before the first time. Monotonic.</summary>
    public TimeSpan? SinceConfirmed { get; private set; }

    public void Start() => throw new NotSupportedException($"{name} {fetch} {accept} {link} {pace}");

    /// <summary>Stops the loop and awaits it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
