using System.Collections.Concurrent;

namespace ConsulConnect.Discovery;

/// <summary>Upstreams whose instances a resolver of the app names, for each request anew.</summary>
internal sealed class ResolvedUpstreams(IConnectResolver resolver, ConsulConnectOptions options) : IUpstreams
{
    /// <summary>Only what stays the same from one request to the next is kept here, so that all of it may be forgotten.</summary>
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<ConnectTarget, ResolvedUpstream> _upstreams = new();

    public IUpstream Open(ConnectTarget target)
    {
        if (_upstreams.TryGetValue(target, out var upstream))
            return upstream;
        if (_upstreams.Count >= MostKept)
            _upstreams.Clear();
        return _upstreams.GetOrAdd(target, Create);
    }

    public void Start()
    {
    }

    // The resolver is the app's own.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ResolvedUpstream Create(ConnectTarget asked)
    {
        var configured = options.Connect.Upstreams;
        var target = ConfiguredTarget.Of(asked, configured, out var fault);
        return new(target ?? asked, ConfiguredTarget.Options(target ?? asked, configured), resolver, fault);
    }
}
