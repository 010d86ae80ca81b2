using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

public class RequestsAreSpread
{
    public static TheoryData<ConnectProtocol, string> Protocols => new() { { ConnectProtocol.Http1, "1.1" }, { ConnectProtocol.Http2, "2.0" } };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task In_turn_over_all_instances_and_by_the_upstreams_protocol(ConnectProtocol protocol, string version)
    {
        await using var fleet = await Fleet.StartAsync(3);
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { Protocol = protocol });
        using var http = client.CreateHttp();

        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellationToken) =>
        {
            using var answer = await http.GetAsync("/", cancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(version, answer.Version.ToString());
        });

        Assert.All(fleet.Members, member => Assert.InRange(member.Requests, 980, 1020));
    }

    [Fact]
    public async Task By_weight()
    {
        await using var fleet = await Fleet.StartAsync(2);
        await using var client = await fleet.CallerAsync();
        client.Instances.Are(fleet.Instances[0] with { Weight = 3 }, fleet.Instances[1] with { Weight = 1 });
        using var http = client.CreateHttp();

        for (var i = 0; i < 40; i++)
            await http.GetStringAsync("/");

        Assert.Equal([30, 10], fleet.Members.Select(member => member.Requests));
    }

    [Fact]
    public async Task To_the_one_with_the_fewest_requests_when_the_upstream_says_so()
    {
        var hold = new TaskCompletionSource();
        await using var fleet = await Fleet.StartAsync(2, map: app => app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/slow" ? hold.Task : next(context)));
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { Balancer = ConnectBalancing.LeastRequests });
        using var http = client.CreateHttp();

        var slow = new[] { http.GetAsync("/slow"), http.GetAsync("/slow"), http.GetAsync("/slow"), http.GetAsync("/slow") };
        await Eventually.HoldsAsync("four requests are held", () => fleet.Members.Sum(member => member.Requests) == 4);
        Assert.Equal([2, 2], fleet.Members.Select(member => member.Requests));
        hold.SetResult();
        await Task.WhenAll(slow);
    }

    [Fact]
    public async Task By_a_balancer_of_the_apps_own()
    {
        await using var fleet = await Fleet.StartAsync(3);
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { CustomBalancer = new Last() });
        using var http = client.CreateHttp();

        for (var i = 0; i < 5; i++)
            Assert.Equal("2", await http.GetStringAsync("/"));
    }

    [Fact]
    [Trait("Case", "CLI-013")]
    public async Task Never_over_a_connection_to_another_service_at_the_same_address()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        using var payments = client.CreateHttp();
        using var billing = client.CreateHttp("billing");
        Assert.Equal("0", await payments.GetStringAsync("/"));

        client.Instances.Are(NamedInstances.At(fleet.Members[0].Port, "billing"));
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => billing.GetAsync("/"));

        Assert.Equal(ConnectDialError.WrongIdentity, Assert.IsType<ConnectDialException>(failure.InnerException).Error);
        Assert.Equal(1, fleet.Members[0].Requests);
    }

    private sealed class Last : IConnectBalancer
    {
        public int Pick(ReadOnlySpan<ConnectCandidate> candidates) => candidates.Length - 1;
    }
}
