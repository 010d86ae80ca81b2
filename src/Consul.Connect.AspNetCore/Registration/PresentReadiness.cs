using System.Diagnostics.CodeAnalysis;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>How well the app is at this moment, asked for by one at a time and never for long.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class PresentReadiness(IReadiness readiness, TimeProvider time)
{
    /// <summary>How long somebody may be kept waiting who can do with the last report.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private volatile ReadinessReport? _latest;

    /// <param name="patience">What has not answered by then counts as critical.</param>
    public async Task<ReadinessReport> AskAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            using var limit = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var report = await SafelyAsync(either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return _latest = report;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The same, but where it takes longer than a second the last report stands for it, if there is one.</summary>
    public async Task<ReadinessReport> AskSoonAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_latest is not { } latest)
            return await AskAsync(patience, cancellationToken);
        using var limit = new CancellationTokenSource(Soon, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await AskAsync(patience, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return latest;
        }
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
