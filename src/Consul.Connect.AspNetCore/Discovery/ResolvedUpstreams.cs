using System.Collections.Concurrent;

namespace ConsulConnect.Discovery;

/// <summary>Upstreams whose instances a resolver of the app names, for each request anew; but a static target is its own address.</summary>
/// <param name="resolver">The app's.</param>
/// <param name="options">The options.</param>
/// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
internal sealed class ResolvedUpstreams(IConnectResolver resolver, ConsulConnectOptions options, Func<ConnectPeer?> self) : IUpstreams
{
    /// <summary>Only what stays the same from one request to the next is kept here, so that all of it may be forgotten.</summary>
    private const int MostKept = 4096;

    private readonly Surroundings _around = new(link: null, options, self);
    private readonly ConcurrentDictionary<ConnectTarget, IUpstream> _upstreams = new();

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

    private IUpstream Create(ConnectTarget asked)
    {
        var configured = options.Connect.Upstreams;
        var target = ConfiguredTarget.Of(asked, configured, out var fault);
        var settings = ConfiguredTarget.Options(target ?? asked, configured);
        return target is { Kind: ConnectTargetKind.Static } ? new StaticUpstream(target, settings, _around) : new ResolvedUpstream(target ?? asked, settings, resolver, fault);
    }
}
