namespace ConsulConnect.Discovery;

/// <summary>An address that is in no catalog, and the identity it must prove.</summary>
internal sealed class StaticUpstream : IUpstream
{
    private readonly Surroundings _around;
    private readonly string _trustDomain;
    private readonly UpstreamSet _set;
    private readonly UpstreamSet _foreign;

    public StaticUpstream(ConnectTarget target, ConnectUpstreamOptions options, Surroundings around)
    {
        (Target, Options, _around) = (target, options, around);
        // Both were judged when the target was made.
        _ = HostAndPort.TryParse(target.Name, out var address, out _);
        _ = SpiffeId.TryParse(target.Identity, out var id, out _);
        _trustDomain = id.TrustDomain;
        _set = new([new(address.Host, address.Port, id.Service) { Namespace = id.Namespace, Partition = id.Partition, Datacenter = id.Datacenter }], null);
        _foreign = new([], $"{target.Name} is expected to be {target.Identity}, which is of another mesh than this app; correct the trust domain of the identity");
    }

    public ConnectTarget Target { get; }

    public ConnectUpstreamOptions Options { get; }

    public string? LastError => null;

    public UpstreamSet? Newest => Set;

    private UpstreamSet Set => _around.Self is { } self && !self.TrustDomain.Equals(_trustDomain, StringComparison.Ordinal) ? _foreign : _set;

    public UpstreamSet? Now() => Set;

    public ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken) => new(Set);

    public void DialFailed()
    {
    }
}
