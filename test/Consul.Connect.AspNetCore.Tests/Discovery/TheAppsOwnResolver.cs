using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

public class TheAppsOwnResolver
{
    private static readonly ConnectInstance One = new("10.0.0.1", 1, "api") { Datacenter = "dc1" };

    private readonly Known _known = new();
    private readonly ConsulConnectOptions _options = new();
    private ConnectPeer? _self;

    [Fact]
    public async Task Is_asked_for_each_request_and_equal_answers_are_the_same_set()
    {
        var upstream = Open("api");
        _known.Answer = _ => [One];
        var first = await Following.NowAsync(upstream);
        _known.Answer = _ => [One with { }];

        Assert.Same(first, await Following.NowAsync(upstream));
        Assert.Equal(2, _known.Asked.Count);
        _known.Answer = _ => [One, One with { Port = 2 }];
        Assert.Equal(2, (await Following.NowAsync(upstream)).Instances.Count);
    }

    [Fact]
    public async Task Gets_the_target_with_the_configuration_applied()
    {
        _options.Connect.Upstreams["api"] = new() { Service = "api2", Datacenter = "dc2", Retries = 1 };
        var upstream = Open("api");

        await Following.NowAsync(upstream);

        Assert.Equal(("api2", "dc2", 1), (_known.Asked[0].Name, _known.Asked[0].Datacenter, upstream.Options.Retries));
        Assert.Contains("dc3", (await Following.NowAsync(Upstreams.Open(ConnectTarget.Service("api", "dc3")))).Problem, StringComparison.Ordinal);
        Assert.Single(_known.Asked);
    }

    [Fact]
    public async Task Is_not_asked_for_an_address_whose_identity_is_known()
    {
        _options.Connect.Upstreams["legacy"] = new() { Address = "10.0.0.7:1", Identity = $"spiffe://{Following.TrustDomain}/ns/default/dc/dc1/svc/old", Retries = 1 };
        var configured = Open("legacy");
        var coded = Upstreams.Open(ConnectTarget.Static("10.0.0.8:2", $"spiffe://{Following.TrustDomain}/ns/default/dc/dc7/svc/old"));

        Assert.Equal(("10.0.0.7", 1, "old"), (await Following.NowAsync(configured)).Instances.Select(one => (one.Host, one.Port, one.Service)).Single());
        Assert.Equal(1, configured.Options.Retries);
        Assert.Equal(("10.0.0.8", "dc7"), (await Following.NowAsync(coded)).Instances.Select(one => (one.Host, one.Datacenter)).Single());
        Assert.Empty(_known.Asked);
        _self = new("spiffe://other.consul/ns/default/dc/dc1/svc/web", "other.consul", "default", "default", "dc1", "web", "01", DateTimeOffset.MaxValue);
        Assert.Contains("is of another mesh", (await Following.NowAsync(coded)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_fails_leaves_what_it_said_last()
    {
        var upstream = Open("api");
        _known.Answer = _ => throw new InvalidOperationException("no luck");
        Assert.Contains("no luck", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);

        _known.Answer = _ => [One];
        var good = await Following.NowAsync(upstream);
        _known.Answer = _ => throw new InvalidOperationException("no luck");

        Assert.Same(good, await Following.NowAsync(upstream));
        Assert.Contains("no luck", upstream.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_bring_in_what_nobody_can_dial_or_prove_to_be()
    {
        var upstream = Open("api");
        _known.Answer = _ => [One, null!, One with { Port = 0 }, One with { Weight = 0 }, One with { Service = "a/b" }, One with { Datacenter = "" }, One with { Host = "" }];

        var set = await Following.NowAsync(upstream);

        Assert.Equal(One, Assert.Single(set.Instances));
        _known.Answer = _ => null!;
        Assert.Contains("knows no instance of api.service.consul", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task May_change_its_own_list_without_changing_ours()
    {
        var upstream = Open("api");
        var list = new List<ConnectInstance> { One };
        _known.Answer = _ => list;
        var before = await Following.NowAsync(upstream);

        list.Add(One with { Port = 2 });

        Assert.Single(before.Instances);
        Assert.Equal(2, (await Following.NowAsync(upstream)).Instances.Count);
    }

    [Fact]
    public async Task The_one_that_is_there_by_default_yields_all_instances()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("a", 1), new ScriptedInstance("b", 2));

        Assert.Equal(2, (await new UpstreamResolver(room.Upstreams).ResolveAsync(ConnectTarget.Service("api"), CancellationToken.None)).Count);
    }

    private ResolvedUpstreams Upstreams => new(_known, _options, () => _self);

    private IUpstream Open(string service) => Upstreams.Open(ConnectTarget.Service(service));

    private sealed class Known : IConnectResolver
    {
        public List<ConnectTarget> Asked { get; } = [];

        public Func<ConnectTarget, IReadOnlyList<ConnectInstance>> Answer { get; set; } = _ => [];

        public ValueTask<IReadOnlyList<ConnectInstance>> ResolveAsync(ConnectTarget target, CancellationToken cancellationToken)
        {
            Asked.Add(target);
            return new(Answer(target));
        }
    }
}
