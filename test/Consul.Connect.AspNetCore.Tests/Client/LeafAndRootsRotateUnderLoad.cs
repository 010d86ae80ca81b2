using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class LeafAndRootsRotateUnderLoad
{
    [Theory]
    [Trait("Case", "CLI-015")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task No_request_fails_and_new_connections_show_the_new_leaf(string version)
    {
        var serials = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        await using var fleet = await Fleet.StartAsync(2, map: app => app.Use((HttpContext context, RequestDelegate next) =>
        {
            serials.TryAdd(context.Features.Get<IConnectPeerFeature>()!.Peer.SerialNumber, true);
            return next(context);
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: Version.Parse(version));
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => LoadAsync(http, stop.Token)).ToArray();
        // One of the two files may be read before the other is written.
        client.Logs.Expect("FilesRejected");

        await Eventually.HoldsAsync("requests arrive", () => !serials.IsEmpty);
        for (var rotation = 0; rotation < 3; rotation++)
        {
            var seen = serials.Count;
            client.Identity.Write(client.Identity.Authority.IssueLeaf("web"));
            await Eventually.HoldsAsync("the new leaf is shown", () => serials.Count > seen);
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(load)).Sum() > 0);
        Assert.Equal(4, serials.Count);
    }

    [Fact]
    [Trait("Case", "CLI-014")]
    public async Task A_connection_verified_under_a_root_that_is_gone_gets_no_new_request_and_finishes_what_it_has()
    {
        var hold = new TaskCompletionSource();
        var other = TestCa.Create();
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/slow" ? SlowAsync(context, hold.Task) : next(context)));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();
        using var slow = await http.GetAsync("/slow", HttpCompletionOption.ResponseHeadersRead);
        // A second connection, which waits for the next request.
        Assert.Equal("0", await http.GetStringAsync("/"));
        var generation = client.Service.Credentials.Current!.Generation;
        var connections = fleet.Members[0].Connections;

        File.WriteAllText(client.Identity.CaFile, other.CertificatePem);
        client.Identity.Write(other.IssueLeaf("web"));
        client.Logs.Expect("FilesRejected");
        await Eventually.HoldsAsync("the new root is in use", () => client.Service.Credentials.Current is { } current && current.Generation > generation);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));
        Assert.Equal(ConnectDialError.NotVerified, Assert.IsType<ConnectDialException>(failure.InnerException).Error);
        Assert.True(fleet.Members[0].Connections > connections);
        hold.SetResult();
        Assert.Equal("onetwo", await slow.Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("Case", "CLI-016")]
    public async Task A_connection_gets_no_new_request_when_its_servers_leaf_is_about_to_end()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(0);
        var member = await fleet.AddAsync();
        member.App.Logs.Expect("FilesRejected");
        member.Identity.Write(fleet.Authority.IssueLeaf("payments", leaf => leaf.NotAfter = DateTimeOffset.UtcNow.AddMinutes(10)));
        await Eventually.HoldsAsync("the short leaf is served", () => member.App.Service.Credentials.Current!.NotAfter < DateTimeOffset.UtcNow.AddMinutes(11));
        await using var client = await fleet.CallerAsync(time: time);
        using var http = client.CreateHttp();
        await http.GetStringAsync("/");
        await http.GetStringAsync("/");
        Assert.Equal(1, member.Connections);

        time.Jump(TimeSpan.FromMinutes(9));
        await http.GetStringAsync("/");
        Assert.Equal(1, member.Connections);

        time.Jump(TimeSpan.FromSeconds(40));
        await http.GetStringAsync("/");
        Assert.Equal(2, member.Connections);
    }

    [Fact]
    public async Task No_connection_grows_older_than_an_hour()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync(time: time);
        using var http = client.CreateHttp();
        await http.GetStringAsync("/");
        for (var minute = 0; minute < 45; minute += 5)
        {
            time.Advance(TimeSpan.FromMinutes(5));
            await http.GetStringAsync("/");
        }

        Assert.Equal(1, fleet.Members[0].Connections);
        time.Advance(TimeSpan.FromMinutes(8));
        await http.GetStringAsync("/");
        time.Advance(TimeSpan.FromMinutes(8));
        await http.GetStringAsync("/");
        Assert.Equal(2, fleet.Members[0].Connections);
    }

    [Fact]
    public async Task What_nobody_calls_for_ten_minutes_is_let_go()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync(time: time);
        using var http = client.CreateHttp();
        await http.GetStringAsync("/");

        time.Advance(TimeSpan.FromMinutes(11));
        await http.GetStringAsync("/");

        Assert.Equal(2, fleet.Members[0].Connections);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_instance_that_is_taken_out_finishes_the_body_it_is_sending(string version)
    {
        var hold = new TaskCompletionSource();
        await using var fleet = await Fleet.StartAsync(2, map: app => app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/slow" ? SlowAsync(context, hold.Task) : next(context)));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: Version.Parse(version));
        using var slow = await http.GetAsync("/slow", HttpCompletionOption.ResponseHeadersRead);

        client.Instances.Are(fleet.Instances[1]);
        for (var i = 0; i < 4; i++)
            Assert.Equal("1", await http.GetStringAsync("/"));
        hold.SetResult();

        Assert.Equal("onetwo", await slow.Content.ReadAsStringAsync());
    }

    private static async Task SlowAsync(HttpContext context, Task hold)
    {
        await context.Response.WriteAsync("one");
        await context.Response.Body.FlushAsync();
        await hold;
        await context.Response.WriteAsync("two");
    }

    private static async Task<int> LoadAsync(HttpClient http, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            using var answer = await http.GetAsync("/", CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            count++;
        }

        return count;
    }
}
