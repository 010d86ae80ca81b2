using ConsulConnect.Client;
using ConsulConnect.Discovery;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Client;

public class InstancesAreWaitedFor
{
    [Fact]
    public async Task A_wait_that_takes_too_long_ends_for_everybody()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var client = await MeshClient.StartAsync(TestCa.Create(), options => options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(5), time);
        var given = new TaskCompletionSource<CancellationToken>();
        client.Instances.Instead = async cancellationToken =>
        {
            given.TrySetResult(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        };
        using var http = client.CreateHttp();
        http.Timeout = Timeout.InfiniteTimeSpan;
        var timers = time.Timers;

        var calling = http.GetAsync("/");
        var token = await given.Task;
        await time.WaitForTimersAsync(timers + 1);
        Assert.False(token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(6));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => calling);
        Assert.Contains("nothing is known of its instances after 5 s", failure.Message);
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public async Task Those_that_are_known_are_called_when_a_newer_word_takes_too_long()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync(options => options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(5), time);
        using var http = client.CreateHttp();
        http.Timeout = Timeout.InfiniteTimeSpan;
        Assert.Equal("0", await http.GetStringAsync("/"));
        var asked = new TaskCompletionSource();
        client.Instances.Instead = async cancellationToken =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        };
        var timers = time.Timers;

        var calling = http.GetStringAsync("/");
        await asked.Task;
        await time.WaitForTimersAsync(timers + 1);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("0", await calling);
    }

    [Fact]
    public async Task An_answer_that_was_asked_for_earlier_does_not_replace_a_later_one()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();
        var slow = new TaskCompletionSource<IReadOnlyList<ConnectInstance>>();
        client.Instances.Instead = _ => slow.Task;
        var first = http.GetStringAsync("/");
        client.Instances.Instead = null;
        Assert.Equal("0", await http.GetStringAsync("/"));

        // There is no such instance any more.
        slow.SetResult([NamedInstances.At(1)]);

        Assert.Equal("0", await first);
    }

    [Fact]
    public async Task A_request_that_was_held_up_does_not_put_an_older_set_back()
    {
        await using var fleet = await Fleet.StartAsync(2);
        await using var client = await fleet.CallerAsync();
        var upstream = new OfTwoMinds(new([fleet.Instances[0]], null)) { Newest = new([fleet.Instances[1]], null) };
        var (patience, credentials) = (TimeSpan.FromSeconds(30), client.Service.Credentials);
        using var metrics = new ConnectMetrics("web", null);
        var own = new OwnCredentials("web", credentials, patience, TimeProvider.System);
        var pool = new UpstreamPool(
            new("web", upstream, new Dictionary<string, ConnectUpstreamOptions>(), credentials, own, new("web", own, patience, TimeProvider.System, metrics), patience, TimeProvider.System, NullLogger.Instance),
            ConnectTarget.Service("payments"));

        await using var stream = await pool.DialAnyAsync(_ => null, CancellationToken.None);

        Assert.Equal((0, 1), (fleet.Members[0].Connections, fleet.Members[1].Connections));
        pool.Close();
    }

    [Fact]
    public async Task The_end_of_the_service_leaves_no_pool_that_was_opened_meanwhile()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        var (patience, credentials) = (TimeSpan.FromSeconds(30), client.Service.Credentials);
        using var metrics = new ConnectMetrics("web", null);
        var own = new OwnCredentials("web", credentials, patience, TimeProvider.System);
        var upstream = new OfTwoMinds(new(fleet.Instances, null));
        await using var outbound = new Outbound(
            new("web", upstream, new Dictionary<string, ConnectUpstreamOptions>(), credentials, own, new("web", own, patience, TimeProvider.System, metrics), patience, TimeProvider.System, NullLogger.Instance));
        upstream.Opened = () => outbound.DisposeAsync().AsTask().GetAwaiter().GetResult();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await outbound.SendAsync(new(HttpMethod.Get, "https://payments.service.consul/"), CancellationToken.None));
        Assert.Equal(0, fleet.Members[0].Connections);
    }

    /// <summary>An upstream that learns something new between the moment a request asks and the moment it uses the answer.</summary>
    private sealed class OfTwoMinds(UpstreamSet asked) : IUpstreams, IUpstream
    {
        public ConnectTarget Target { get; } = ConnectTarget.Service("payments");

        public ConnectUpstreamOptions Options { get; } = new();

        public string? LastError => null;

        public UpstreamSet? Newest { get; init; }

        public Action? Opened { get; set; }

        public UpstreamSet? Now() => asked;

        public ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken) => new(asked);

        public IUpstream Open(ConnectTarget target)
        {
            Opened?.Invoke();
            return this;
        }

        public void DialFailed()
        {
        }

        public void Start()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
