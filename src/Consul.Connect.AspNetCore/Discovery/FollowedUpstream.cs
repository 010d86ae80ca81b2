namespace ConsulConnect.Discovery;

/// <summary>One target's look at what is followed, which it shares with targets that come to the same.</summary>
internal sealed class FollowedUpstream(ConnectTarget target, ConnectUpstreamOptions options, UpstreamKey key, bool isConfigured, Upstreams all) : IUpstream
{
    private volatile Follower? _follower;

    public ConnectTarget Target { get; } = target;

    public ConnectUpstreamOptions Options { get; } = options;

    public string? LastError => _follower?.LastError;

    public UpstreamSet? Newest => _follower?.Newest;

    /// <summary>Whether it is worth remembering while nobody calls it.</summary>
    public bool IsLasting => isConfigured || _follower is { IsLasting: true };

    public UpstreamSet? Now() => Use().Now();

    public ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken) => Use().GetAsync(cancellationToken);

    public void DialFailed() => _follower?.DialFailed();

    /// <summary>The one that follows it now: the last one may have ended for want of use.</summary>
    public Follower Use()
    {
        if (_follower is { } follower && follower.Use())
            return follower;
        return _follower = all.Follow(key, isConfigured);
    }
}
