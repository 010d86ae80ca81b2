using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>The default resolver: what the agent is followed for.</summary>
internal sealed class UpstreamResolver(IUpstreams upstreams) : IConnectResolver
{
    public async ValueTask<IReadOnlyList<ConnectInstance>> ResolveAsync(ConnectTarget target, CancellationToken cancellationToken) =>
        (await upstreams.Open(target).GetAsync(cancellationToken)).Instances;
}
