using ConsulConnect.Discovery;

namespace ConsulConnect.Tests.Discovery;

public class FixedAddresses
{
    private const string Identity = $"spiffe://{Following.TrustDomain}/ap/part/ns/team/dc/dc7/svc/Old";

    [Fact]
    public async Task Are_one_instance_that_must_prove_what_was_written()
    {
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["legacy"] = new() { Address = "[::1]:9443", Identity = Identity, Retries = 1 });

        var upstream = room.Service("legacy");
        var set = await Following.NowAsync(upstream);

        var instance = Assert.Single(set.Instances);
        Assert.Equal(("[::1]:9443", "Old", "team", "part", "dc7", 1), (instance.ToString(), instance.Service, instance.Namespace, instance.Partition, instance.Datacenter, instance.Weight));
        Assert.Equal(1, upstream.Options.Retries);
        Assert.Same(set, await Following.NowAsync(upstream));
        Assert.Empty(room.Agent.Requests.All);
    }

    [Fact]
    public async Task Of_another_mesh_have_no_instance_and_say_so()
    {
        await using var room = await Following.StartAsync();
        var upstream = room.Upstreams.Open(ConnectTarget.Static("10.0.0.7:1", "spiffe://other.consul/ns/default/dc/dc1/svc/old"));

        Assert.Contains("is of another mesh", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_all_there_is_without_an_agent()
    {
        await using var upstreams = new Upstreams(null, new(), () => null, TimeProvider.System);

        Assert.Single((await Following.NowAsync(upstreams.Open(ConnectTarget.Static("10.0.0.7:1", Identity)))).Instances);
        var none = await Following.NowAsync(upstreams.Open(ConnectTarget.Service("api")));
        Assert.Empty(none.Instances);
        Assert.Contains("there is no agent", none.Problem, StringComparison.Ordinal);
    }
}
