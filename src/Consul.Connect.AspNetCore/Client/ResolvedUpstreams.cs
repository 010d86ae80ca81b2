using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>Instances from a resolver of the app's own, in the form the pools read them in.</summary>
internal sealed class ResolvedUpstreams(IConnectResolver resolver, IDictionary<string, ConnectUpstreamOptions> options) : IUpstreams
{
    private static readonly ConnectUpstreamOptions _defaults = new();

    public IUpstream Open(ConnectTarget target) => new Upstream(resolver, target, options.TryGetValue(target.Name, out var own) ? own : _defaults);

    public void Start()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Upstream(IConnectResolver resolver, ConnectTarget target, ConnectUpstreamOptions options) : IUpstream
    {
        public ConnectTarget Target => target;

        public ConnectUpstreamOptions Options => options;

        public string? LastError => null;

        public async ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken)
        {
            var instances = await resolver.ResolveAsync(target, cancellationToken);
            return new(instances, instances.Count == 0 ? "The app's own resolver knows no instance." : null);
        }

        public void DialFailed()
        {
        }
    }
}
