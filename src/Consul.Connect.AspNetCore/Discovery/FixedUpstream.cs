namespace ConsulConnect.Discovery;

/// <summary>One about which nothing will ever change, such as a target that contradicts the configuration.</summary>
internal sealed class FixedUpstream(ConnectTarget target, ConnectUpstreamOptions options, UpstreamSet set) : IUpstream
{
    public ConnectTarget Target { get; } = target;

    public ConnectUpstreamOptions Options { get; } = options;

    public string? LastError => null;

    public UpstreamSet? Newest => set;

    public UpstreamSet? Now() => set;

    public ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken) => new(set);

    public void DialFailed()
    {
    }
}
