using ConsulConnect.Discovery;
namespace ConsulConnect.Client;
// PLACEHOLDER until discovery is merged
internal sealed class NoUpstreams : IUpstreams
{
    public IUpstream Open(ConnectTarget target) => throw new NotSupportedException();
    public void Start() { }
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
