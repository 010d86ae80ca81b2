namespace ConsulConnect.Discovery;

/// <summary>The resolver that is there by default: what is followed, all instances of it.</summary>
internal sealed class UpstreamResolver(IUpstreams upstreams) : IConnectResolver
{
    public async ValueTask<IReadOnlyList<ConnectInstance>> ResolveAsync(ConnectTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return (await upstreams.Open(target).GetAsync(cancellationToken)).Instances;
    }
}
