using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <param name="target">Whom to call.</param>
/// <param name="options">What the configuration says about it.</param>
/// <param name="resolver">The app's.</param>
/// <param name="fault">Why it is not even asked for; null: it is.</param>
internal sealed class ResolvedUpstream(ConnectTarget target, ConnectUpstreamOptions options, IConnectResolver resolver, string? fault) : IUpstream
{
    private readonly Lock _lock = new();
    private volatile UpstreamSet? _set = fault is null ? null : new([], fault);
    private long _asked;
    private long _answered;
    private volatile string? _lastError;

    public ConnectTarget Target { get; } = target;

    public ConnectUpstreamOptions Options { get; } = options;

    public string? LastError => _lastError;

    public UpstreamSet? Newest => _set;

    // The resolver is asked for each request.
    public UpstreamSet? Now() => fault is null ? null : _set;

    public async ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken)
    {
        if (fault is not null)
            return _set!;
        var turn = Interlocked.Increment(ref _asked);
        try
        {
            var answer = await resolver.ResolveAsync(Target, cancellationToken);
            var usable = Usable(answer ?? [], out var problem);
            lock (_lock)
            {
                // Who asked later knows better.
                if (turn < _answered)
                    return _set!;
                _answered = turn;
                (_set, _lastError) = (InstanceList.Renew(_set, usable, problem), null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            // What it said last is more than nothing.
            lock (_lock)
            {
                _lastError = $"the app's resolver failed: {failure.GetType().Name}: {AgentErrors.Clean(failure.Message)}";
                if (_set is null or { Instances.Count: 0 })
                    _set = InstanceList.Renew(_set, [], _lastError);
            }
        }

        return _set;
    }

    public void DialFailed()
    {
    }

    private IReadOnlyList<ConnectInstance> Usable(IReadOnlyList<ConnectInstance> answer, out string? problem)
    {
        var wrong = answer.FirstOrDefault(instance => !IsSound(instance));
        problem = answer.Count == 0 ? $"the app's resolver knows no instance of {Target}"
            : wrong is not null ? $"the app's resolver names \"{AgentErrors.Clean(wrong.ToString())}\", which cannot be dialed, or whose service, datacenter, namespace or partition can be nobody's"
            : null;
        if (answer.All(instance => instance is { Weight: > 0 } && IsSound(instance)))
            return answer;
        ConnectInstance[] usable = [.. answer.Where(instance => instance is { Weight: > 0 } && IsSound(instance))];
        if (usable.Length == 0)
            problem ??= $"all instances of {Target} that the app's resolver names have the weight 0";
        return usable;
    }

    private static bool IsSound(ConnectInstance? instance) =>
        instance is { Host.Length: > 0, Port: >= 1 and <= 65535 }
        && SpiffeId.IsSegment(instance.Service) && SpiffeId.IsSegment(instance.Datacenter)
        && SpiffeId.IsSegment(instance.Namespace) && SpiffeId.IsSegment(instance.Partition);
}
