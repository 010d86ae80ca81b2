using ConsulConnect.Discovery;

namespace ConsulConnect.Tests.Discovery;

public class Balancing
{
    private const int Picks = 3000;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 2, 7)]
    [InlineData(100, 1, 50)]
    [InlineData(1000, 2000, 3001)]
    [InlineData(65535, 65535, 65534)]
    public void In_turn_gives_each_what_its_weight_says(params int[] weights)
    {
        var counts = Count(new RoundRobin(), Candidates(weights));

        var sum = weights.Sum(weight => (long)weight);
        for (var i = 0; i < weights.Length; i++)
            Assert.InRange(counts[i], (Picks * weights[i] / (double)sum) - (Picks * 0.02 / weights.Length), (Picks * weights[i] / (double)sum) + (Picks * 0.02 / weights.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5, 5, 5)]
    [InlineData(1, 2, 7)]
    [InlineData(100, 1, 50)]
    [InlineData(65535, 65535, 65534)]
    public void Weights_that_are_summed_up_before_give_the_same_turns(params int[] weights)
    {
        var (one, other, candidates) = (new RoundRobin(), new RoundRobin(), Candidates(weights));
        var table = new WeightTable(candidates);

        Assert.All(Enumerable.Range(0, Picks), _ => Assert.Equal(one.Pick(candidates), other.Pick(table)));
    }

    [Fact]
    public void In_turn_goes_from_one_to_the_next()
    {
        var (balancer, candidates) = (new RoundRobin(), Candidates(3, 3, 3));

        Assert.Equal([0, 1, 2, 0, 1, 2], Enumerable.Range(0, 6).Select(_ => balancer.Pick(candidates)));
    }

    [Fact]
    public void A_heavy_one_does_not_keep_the_others_waiting()
    {
        var (balancer, candidates) = (new RoundRobin(), Candidates(8, 1, 1));
        var picks = Enumerable.Range(0, 200).Select(_ => balancer.Pick(candidates)).ToArray();

        // 20 turns of ten: the light ones come in each, not at the end of a hundred.
        Assert.All(picks.Chunk(10), turn => Assert.Equal(2, turn.Count(pick => pick != 0)));
    }

    [Fact]
    public async Task Many_threads_change_nothing_about_it()
    {
        var balancer = new RoundRobin();
        var candidates = Candidates(1, 2, 3);

        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Count(balancer, candidates))));

        Assert.Equal([2000, 4000, 6000], Enumerable.Range(0, 3).Select(i => all.Sum(counts => counts[i])));
    }

    [Fact]
    public void A_pick_allocates_nothing()
    {
        IConnectBalancer[] balancers = [new RoundRobin(), new LeastRequests()];
        var candidates = Candidates(1, 2, 3);
        foreach (var balancer in balancers)
        {
            balancer.Pick(candidates);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                balancer.Pick(candidates);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Candidates_that_come_and_go_do_not_break_it()
    {
        var balancer = new RoundRobin();
        var counts = new int[5];
        for (var i = 0; i < Picks; i++)
        {
            var candidates = Candidates([.. Enumerable.Repeat(1, 2 + (i % 4))]);
            var pick = balancer.Pick(candidates);
            Assert.InRange(pick, 0, candidates.Length - 1);
            counts[pick]++;
        }

        Assert.All(counts, count => Assert.NotEqual(0, count));
    }

    [Fact]
    public void Least_requests_takes_the_one_with_the_least_to_do_for_its_weight()
    {
        var balancer = new LeastRequests();

        Assert.Equal(1, balancer.Pick([With(1, 3), With(1, 1), With(1, 2)]));
        Assert.Equal(2, balancer.Pick([With(1, 1), With(1, 1), With(4, 3)]));
        Assert.Equal(0, balancer.Pick([With(1, 0)]));
    }

    [Fact]
    public void Least_requests_takes_those_with_equally_little_in_turn()
    {
        var balancer = new LeastRequests();
        ConnectCandidate[] even = [With(1, 1), With(1, 5), With(1, 1), With(1, 1)];

        Assert.Equal([0, 2, 3, 0, 2, 3], Enumerable.Range(0, 6).Select(_ => balancer.Pick(even)));

        var counts = Count(new LeastRequests(), Candidates(1, 2, 3));
        Assert.Equal([500, 1000, 1500], counts);
    }

    [Fact]
    public void Options_choose_and_the_apps_own_wins()
    {
        var own = new RoundRobin();

        Assert.IsType<RoundRobin>(Balancers.For(new()));
        Assert.IsType<LeastRequests>(Balancers.For(new() { Balancer = ConnectBalancing.LeastRequests }));
        Assert.Same(own, Balancers.For(new() { Balancer = ConnectBalancing.LeastRequests, CustomBalancer = own }));
    }

    private static ConnectCandidate With(int weight, int active) => new(new("127.0.0.1", 1, "api") { Datacenter = "dc1", Weight = weight }, active);

    private static ConnectCandidate[] Candidates(params int[] weights) => [.. weights.Select(weight => With(weight, 0))];

    private static int[] Count(IConnectBalancer balancer, ConnectCandidate[] candidates)
    {
        var counts = new int[candidates.Length];
        for (var i = 0; i < Picks; i++)
            counts[balancer.Pick(candidates)]++;
        return counts;
    }
}
