using System.Net;
using ConsulConnect.Client;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

public class AnInstanceFails
{
    [Fact]
    [Trait("Case", "DSC-012")]
    public async Task One_that_is_gone_costs_no_request_not_even_a_body_that_cannot_be_repeated()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        client.Instances.Are(Gone(), fleet.Instances[0], Gone());
        using var http = client.CreateHttp();

        for (var i = 0; i < 6; i++)
        {
            using var answer = await http.PostAsync("/", new StreamContent(new MemoryStream("once"u8.ToArray())));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        client.Logs.Expect("Ejected");
    }

    [Fact]
    public async Task Three_attempts_are_the_most_and_the_last_error_is_told()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create(), service: "three-attempts");
        client.Instances.Are([.. Enumerable.Range(0, 6).Select(_ => Gone())]);
        using var metrics = new MetricsRecorder("three-attempts");
        using var http = client.CreateHttp();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));

        Assert.Equal(ConnectDialError.Unreachable, Assert.IsType<ConnectDialException>(failure.InnerException).Error);
        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
        Assert.Equal(3, metrics.Of("consul.connect.dial.duration", ("consul.connect.outcome", "unreachable")).Count);
    }

    [Fact]
    public async Task Retries_of_ours_can_be_turned_off()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { Retries = 0 });
        client.Instances.Are(Gone(), fleet.Instances[0]);
        using var http = client.CreateHttp();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));
        Assert.Equal("0", await http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Five_failures_in_a_row_eject_it_for_thirty_seconds_and_twice_as_long_the_next_time()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1);
        await using var rogue = new RogueServer(_ => Task.CompletedTask);
        await using var client = await fleet.CallerAsync(time: time);
        client.Logs.Expect("Ejected");
        client.Instances.Are(NamedInstances.At(rogue.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();

        await SendAsync(http, 20);
        Assert.Equal(5, rogue.Accepted);
        Assert.Contains("gets no requests for 30 s", (await client.Logs.WaitForAsync("Ejected")).Message);

        time.Advance(TimeSpan.FromSeconds(29));
        await SendAsync(http, 4);
        Assert.Equal(5, rogue.Accepted);

        time.Advance(TimeSpan.FromSeconds(2));
        await SendAsync(http, 10);
        Assert.Equal(6, rogue.Accepted);
        await client.Logs.WaitForAsync("gets no requests for 60 s");

        // Its entry in the catalog changes: somebody has done something about it.
        client.Instances.Are(NamedInstances.At(rogue.Port) with { Version = "2" }, fleet.Instances[0]);
        await SendAsync(http, 20);
        Assert.Equal(11, rogue.Accepted);
        await client.Logs.WaitForAsync("CameBack");
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public void A_machines_clock_that_is_set_makes_its_time_out_no_longer_and_no_shorter(int days)
    {
        var time = new SetClock();
        var ejection = new Ejection(time);
        for (var i = 0; i < 4; i++)
            Assert.Null(ejection.Failed(isTrial: false, () => true));
        Assert.Equal(TimeSpan.FromSeconds(30), ejection.Failed(isTrial: false, () => true));

        time.Put(TimeSpan.FromDays(days));
        time.Moved.Advance(TimeSpan.FromSeconds(29));
        Assert.False(ejection.IsAdmitted);
        time.Moved.Advance(TimeSpan.FromSeconds(1));

        Assert.True(ejection.IsAdmitted);
        Assert.True(ejection.Begin());
        Assert.Equal(TimeSpan.FromSeconds(60), ejection.Failed(isTrial: true, () => true));
    }

    [Fact]
    public async Task Never_more_than_half_of_them_are_ejected()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        client.Logs.Expect("Ejected");
        await using var one = new RogueServer(_ => Task.CompletedTask);
        await using var two = new RogueServer(_ => Task.CompletedTask);
        await using var three = new RogueServer(_ => Task.CompletedTask);
        client.Instances.Are("payments", one.Port, two.Port, three.Port);
        using var http = client.CreateHttp();

        for (var i = 0; i < 30; i++)
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));

        Assert.Single(client.Logs.Entries, entry => entry.Event.Name == "Ejected");
    }

    [Theory]
    [InlineData("502")]
    [InlineData("503")]
    [InlineData("504")]
    public async Task One_that_says_it_cannot_serve_is_passed_over_for_what_may_be_repeated_alone(string status)
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var rogue = RogueServer.WithTls(fleet.Authority.IssueLeaf("payments"), tls => RogueServer.AnswerAsync(tls, $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"));
        await using var client = await fleet.CallerAsync();
        client.Instances.Are(NamedInstances.At(rogue.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();

        Assert.Equal("0", await http.GetStringAsync("/"));
        Assert.Equal("0", await http.GetStringAsync("/"));
        using var post = await http.PostAsync("/", null);
        Assert.Equal(status, $"{(int)post.StatusCode}");
    }

    [Fact]
    public async Task One_that_breaks_off_after_the_headers_is_an_error_of_that_request_and_is_ejected_for_it()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var rogue = RogueServer.WithTls(fleet.Authority.IssueLeaf("payments"), tls => RogueServer.AnswerAsync(tls, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
        await using var client = await fleet.CallerAsync();
        client.Logs.Expect("Ejected");
        client.Instances.Are(NamedInstances.At(rogue.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();

        var failures = 0;
        for (var i = 0; i < 20; i++)
        {
            try
            {
                await http.GetStringAsync("/");
            }
            catch (HttpRequestException)
            {
                failures++;
            }
        }

        Assert.Equal(5, failures);
        Assert.Equal(5, rogue.Accepted);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task One_killed_under_load_fails_no_request_that_may_be_repeated(string version)
    {
        await using var fleet = await Fleet.StartAsync(3);
        await using var client = await fleet.CallerAsync();
        client.Logs.Expect("Ejected").Expect("Refused");
        using var http = client.CreateHttp(version: Version.Parse(version));
        var third = fleet.Members[2];
        var (done, enough) = (0, int.MaxValue);
        var load = Enumerable.Range(0, 8).Select(_ => LoadAsync()).ToArray();

        await Eventually.HoldsAsync("all of them are called", () => Volatile.Read(ref done) > 500);
        await third.App.KillAsync();
        var atDeath = third.Requests;
        Volatile.Write(ref enough, Volatile.Read(ref done) + 1000);
        await Task.WhenAll(load);

        Assert.Equal(atDeath, third.Requests);
        Assert.True(atDeath > 100, $"only {atDeath} requests reached it");
        using var nobody = new System.Net.Sockets.TcpClient();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => nobody.ConnectAsync(IPAddress.Loopback, third.Port));

        async Task LoadAsync()
        {
            while (Interlocked.Increment(ref done) < Volatile.Read(ref enough))
            {
                using var answer = await http.GetAsync("/");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task No_instance_is_said_with_its_reason()
    {
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        using var http = client.CreateHttp();

        var failure = Assert.IsType<ConnectDialException>((await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"))).InnerException);

        Assert.Equal(ConnectDialError.NoInstances, failure.Error);
        Assert.StartsWith("\"web\" cannot call payments.service.consul, which has no instance to dial: the app's resolver knows no instance of", failure.Message);
    }

    /// <summary>One that somebody sets, while time goes on.</summary>
    private sealed class SetClock : TimeProvider
    {
        private TimeSpan _off;

        public FakeTime Moved { get; } = new();

        public override long TimestampFrequency => Moved.TimestampFrequency;

        public void Put(TimeSpan off) => _off = off;

        public override DateTimeOffset GetUtcNow() => Moved.GetUtcNow() + _off;

        public override long GetTimestamp() => Moved.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Moved.CreateTimer(callback, state, dueTime, period);
    }

    // A port that was free a moment ago, held so that nobody listens there.
    private static ConnectInstance Gone()
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return NamedInstances.At(((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    private static async Task SendAsync(HttpClient http, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/")).StatusCode);
    }
}
