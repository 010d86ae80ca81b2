using System.Threading.Channels;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

public sealed class AKeyIsInTheAnswer
{
    [Fact]
    public async Task It_is_wiped_after_each_turn_whatever_became_of_the_answer()
    {
        var time = new FakeTime();
        using var metrics = new ConnectMetrics("web", null);
        var link = new AgentLink(new NoClient(), time, TimeSpan.FromSeconds(25), new LogLines(), metrics);
        var judgements = new Queue<Func<string?>>([() => null, () => "not this one", () => throw new InvalidOperationException("ours")]);
        var taken = new List<byte>();
        var calls = Channel.CreateUnbounded<TaskCompletionSource<AgentAnswer<IssuedLeaf>>>();
        await using var watch = new AgentWatch<IssuedLeaf>("leaf", FetchAsync, leaf =>
        {
            taken.Add(leaf.PrivateKeyPem[0]);
            return judgements.Dequeue()();
        }, link);
        watch.Start();

        var keys = new List<byte[]>();
        foreach (var content in new[] { "first", "first", "second", "third" })
        {
            var call = await calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            keys.Add([1, 2, 3]);
            call.SetResult(new(new("web", [], keys[^1]), (ulong)keys.Count, null, TimeSpan.Zero, content));
        }

        await time.WaitForTimersAsync();
        Assert.Equal([1, 1, 1], taken);
        Assert.All(keys, key => Assert.Equal([0, 0, 0], key));

        Task<AgentAnswer<IssuedLeaf>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
        {
            var call = new TaskCompletionSource<AgentAnswer<IssuedLeaf>>(TaskCreationOptions.RunContinuationsAsynchronously);
            calls.Writer.TryWrite(call);
            return call.Task.WaitAsync(cancellationToken);
        }
    }
}
