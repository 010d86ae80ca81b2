using System.Collections.Concurrent;
using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>All upstreams of one identity: a view for each target, and behind views that ask the same a single follower.</summary>
internal sealed class Upstreams : IUpstreams
{
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SweepEach = TimeSpan.FromSeconds(10);

    /// <summary>A view can be made anew at any time, so no more of them are remembered.</summary>
    private const int MostViews = 4 * Unconfigured.Most;

    private const string Stopped = "this service has been stopped";

    private readonly Surroundings _around;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<ConnectTarget, View> _views = new();
    private readonly ConcurrentDictionary<UpstreamKey, Follower> _followers = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _ending = [];
    private readonly HashSet<Follower> _waiting = [];
    private ITimer? _sweep;
    private bool _disposed;

    /// <param name="link">Null: there is no agent, and only static targets have instances.</param>
    /// <param name="options">The options.</param>
    /// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
    /// <param name="time">The clock.</param>
    public Upstreams(AgentLink? link, ConsulConnectOptions options, Func<ConnectPeer?> self, TimeProvider time)
    {
        _around = new(link, options, self);
        _time = time;
    }

    /// <summary>How many are followed.</summary>
    public int Followed => _followers.Count;

    /// <summary>How many of them keep a connection waiting.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    public IUpstream Open(ConnectTarget target)
    {
        if (!_views.TryGetValue(target, out var view))
        {
            view = Create(target);
            if (_views.Count < MostViews)
                view = _views.GetOrAdd(target, view);
            StartSweeping();
        }

        view.Use();
        return view.Upstream;
    }

    public void Start()
    {
        foreach (var (name, options) in _around.Options.Connect.Upstreams)
        {
            // As the host names spell it: else it would be followed twice, and of those that wait one for nobody.
            if (options.Address is null)
                Open(ConnectTarget.Service(name.ToLowerInvariant()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] ending;
        lock (_gate)
        {
            _disposed = true;
            foreach (var key in _followers.Keys)
                End(key, Stopped);
            ending = [.. _ending];
        }

        _sweep?.Dispose();
        await Task.WhenAll(ending);
    }

    /// <summary>The one that follows it, begun when there is none.</summary>
    internal Follower Follow(UpstreamKey key, bool isConfigured)
    {
        if (!_followers.TryGetValue(key, out var follower) || !follower.Use())
            follower = FollowAnew(key, isConfigured);
        if (isConfigured)
            follower.BeConfigured();
        return follower;
    }

    private Follower FollowAnew(UpstreamKey key, bool isConfigured)
    {
        Follower? follower;
        lock (_gate)
        {
            if (_followers.TryGetValue(key, out follower) && follower.Use())
                return follower;
            if (!isConfigured && Invented() >= Unconfigured.Most)
                return new Unfollowed(_time, Unconfigured.TooMany);
            follower = Begin(key);
            if (_disposed)
            {
                _ending.Add(follower.EndAsync(Stopped).AsTask());
                return follower;
            }

            _followers[key] = follower;
        }

        follower.Start();
        return follower;
    }

    private int Invented() => _followers.Values.Count(follower => !follower.IsConfigured);

    private Follower Begin(UpstreamKey key)
    {
        if (key.Kind == ConnectTargetKind.Query)
            return new QueryFollower(key, _around);
        var waits = _waiting.Count < _around.MaxWaiting;
        var follower = new ServiceFollower(key, _around, waits);
        if (waits && !_disposed)
            _waiting.Add(follower);
        return follower;
    }

    private View Create(ConnectTarget asked)
    {
        var configured = _around.Options.Connect.Upstreams;
        var target = ConfiguredTarget.Of(asked, configured, out var fault);
        var options = ConfiguredTarget.Options(target ?? asked, configured);
        IUpstream upstream = true switch
        {
            _ when target is null => new FixedUpstream(asked, options, new([], fault)),
            _ when target.Kind == ConnectTargetKind.Static => new StaticUpstream(target, options, _around),
            _ when _around.Link is null => new FixedUpstream(target, options, new([], $"there is no agent that could be asked for {target}: the identity is from files and Consul:Address is not set; set it, or give the upstream an Address and Identity")),
            _ => new FollowedUpstream(target, options, UpstreamKey.Of(target, options), !Unconfigured.Is(target, configured), this),
        };
        return new(upstream, _time);
    }

    private void StartSweeping()
    {
        lock (_gate)
        {
            if (!_disposed)
                _sweep ??= _time.CreateTimer(static all => ((Upstreams)all!).Sweep(), this, SweepEach, SweepEach);
        }
    }

    private void Sweep()
    {
        foreach (var (target, view) in _views)
        {
            if (view.Idle >= (view.IsLasting ? LongestIdle : Unconfigured.LongestIdle))
                _views.TryRemove(target, out _);
        }

        lock (_gate)
        {
            foreach (var (key, follower) in _followers)
            {
                if (follower.LookIdle() >= (follower.IsLasting ? LongestIdle : Unconfigured.LongestIdle))
                    End(key, "nobody has called it for a while");
            }

            _ending.RemoveAll(task => task.IsCompleted);
        }
    }

    /// <summary>Called under the gate.</summary>
    private void End(UpstreamKey key, string why)
    {
        if (!_followers.TryRemove(key, out var follower))
            return;
        _waiting.Remove(follower);
        _ending.Add(follower.EndAsync(why).AsTask());
        if (_around.Link is { } link)
            link.Logger.Dropped(key.ToString(), why);
    }

    private sealed class View(IUpstream upstream, TimeProvider time)
    {
        private long _lastUse = time.GetTimestamp();

        public IUpstream Upstream { get; } = upstream;

        public bool IsLasting => Upstream is not FollowedUpstream { IsLasting: false };

        public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref _lastUse));

        public void Use()
        {
            Volatile.Write(ref _lastUse, time.GetTimestamp());
            (Upstream as FollowedUpstream)?.Use();
        }
    }
}
