using ConsulConnect.Client;
using ConsulConnect.Discovery;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Client;

/// <summary>The timer's sweep and that of a rotation meet at a service that nobody has called for long, and somebody calls it just then.</summary>
public class TwoSweepAtOnce
{
    [Fact]
    public async Task The_connections_made_meanwhile_are_closed_at_the_end()
    {
        var authority = TestCa.Create();
        await using var server = RogueServer.WithTls(authority.IssueLeaf("payments"), async tls =>
        {
            await RogueServer.AnswerAsync(tls, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await tls.CopyToAsync(Stream.Null);
        });
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("payments", server.Port);
        var (patience, credentials, clock) = (TimeSpan.FromSeconds(30), client.Service.Credentials, new HeldClock());
        using var metrics = new ConnectMetrics("web", null);
        var own = new OwnCredentials("web", credentials, patience, TimeProvider.System);
        var outbound = new Outbound(
            new("web", new ResolvedUpstreams(client.Instances, new(), () => null), new Dictionary<string, ConnectUpstreamOptions>(), credentials, own, new("web", own, patience, TimeProvider.System, metrics), patience, clock, NullLogger.Instance));
        await CallAsync();
        clock.Sweep();
        clock.Passed = TimeSpan.FromMinutes(11);

        clock.Looked = () =>
        {
            clock.Looked = null;
            clock.Sweep();
            CallAsync().GetAwaiter().GetResult();
        };
        clock.Sweep();

        Assert.Null(clock.Looked);
        Assert.Equal(2, server.Accepted);
        await outbound.DisposeAsync();
        await Eventually.HoldsAsync("nothing is open", () => server.Open == 0);

        async Task CallAsync() => (await outbound.SendAsync(new(HttpMethod.Get, "https://payments.service.consul/"), CancellationToken.None)).Dispose();
    }

    /// <summary>Lets a test in at the moment when a sweep looks at the time.</summary>
    private sealed class HeldClock : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public Action? Looked { get; set; }

        public Action Sweep { get; private set; } = () => { };

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Looked?.Invoke();
            return Passed.Ticks;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Sweep = () => callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
