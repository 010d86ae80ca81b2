namespace ConsulConnect.Discovery;

/// <summary>Everybody this identity calls, each followed once however many clients call it.</summary>
internal interface IUpstreams : IAsyncDisposable
{
    /// <summary>The upstream of a target. Cheap, to be asked for each request: it begins to be followed with the first, and ends some time after the last.</summary>
    IUpstream Open(ConnectTarget target);

    /// <summary>Starts those that the configuration names.</summary>
    void Start();
}

/// <summary>One target and its instances, as they were last known.</summary>
internal interface IUpstream
{
    ConnectTarget Target { get; }

    /// <summary>What the configuration says about it, or the defaults.</summary>
    ConnectUpstreamOptions Options { get; }

    /// <summary>Why nothing newer is known; null when the last answer was used. Fit for a message.</summary>
    string? LastError { get; }

    /// <summary>The newest set that is known. Looking at it is no use of the upstream.</summary>
    UpstreamSet? Newest { get; }

    /// <summary>The newest set where it need not be waited for, else null. Counts as a use.</summary>
    UpstreamSet? Now();

    /// <summary>The newest set, or the first one, when it comes. Throws only cancellation; an upstream that does not exist is a set without instances.</summary>
    ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken);

    /// <summary>An instance could not be dialed, which is a reason to ask again where asking is not waiting.</summary>
    void DialFailed();
}

/// <summary>The instances of an upstream at one moment; the same object as long as nothing changes.</summary>
/// <param name="Instances">Those that may be called. None has the weight 0.</param>
/// <param name="Problem">Why there are none, or fewer than in the catalog, fit for a message; null when there is nothing to say.</param>
internal sealed record UpstreamSet(IReadOnlyList<ConnectInstance> Instances, string? Problem);
