using System.Diagnostics.CodeAnalysis;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>How well the app is at this moment: asked for by one at a time, which others join, and never for long.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer or wait handle holds nothing.")]
internal sealed class PresentReadiness(IReadiness readiness, TimeProvider time)
{
    /// <summary>How long somebody may be kept waiting who can do with the last report.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private Task<ReadinessReport>? _asking;
    private volatile ReadinessReport? _latest;

    /// <param name="patience">What has not answered by then counts as critical.</param>
    public Task<ReadinessReport> AskAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task<ReadinessReport> asking;
        TaskCompletionSource<ReadinessReport>? own = null;
        lock (_gate)
        {
            if (_asking is not { IsCompleted: false })
                _asking = (own = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            asking = _asking;
        }

        if (own is not null)
            _ = RunAsync(own, patience);
        // Nobody cuts it off for the others: what is cut off is told as hanging.
        return asking.WaitAsync(cancellationToken);
    }

    /// <summary>The same, but where it takes longer than a second the last report stands for it, if there is one.</summary>
    public async Task<ReadinessReport> AskSoonAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_latest is not { } latest)
            return await AskAsync(patience, cancellationToken);
        var asking = AskAsync(patience, cancellationToken);
        if (asking.IsCompleted)
            return await asking;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(asking, Task.Delay(Soon, time, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return asking.IsCompleted ? await asking : latest;
    }

    /// <summary>Nobody asks any more: what still runs is cut off.</summary>
    public Task EndAsync() => _end.CancelAsync();

    private async Task RunAsync(TaskCompletionSource<ReadinessReport> asked, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, limit.Token);
        var report = SafelyAsync(either.Token);
        // An app whose checks take no time needs no timer.
        if (!report.IsCompleted)
            limit.CancelAfter(patience);
        asked.SetResult(_latest = await report);
    }

    private async Task<ReadinessReport> SafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await readiness.ReportAsync(cancellationToken);
        }
        catch (Exception broken)
        {
            return new(CheckStatus.Critical, ReadinessText.Cut($"The app's health cannot be told: {broken.GetType().Name}: {broken.Message}"));
        }
    }
}
