using System.Threading.Channels;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

public sealed class TheTokenEnds : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly NoClient _client = new();
    private readonly LogLines _logs = new();
    private readonly ConnectMetrics _metrics = new("orders", null);
    private readonly Channel<DateTimeOffset> _asked = Channel.CreateUnbounded<DateTimeOffset>();
    private readonly TokenFollower _follower;

    public TheTokenEnds() => _follower = new(new AgentLink(_client, _time, TimeSpan.FromSeconds(25), _logs, _metrics));

    [Fact]
    public async Task Its_life_is_asked_for_at_the_start_every_few_minutes_and_after_a_change()
    {
        var life = new TokenLife(_time.GetUtcNow(), _time.GetUtcNow().AddHours(1));
        Say(() => life);
        _follower.Start();
        var first = await AskedAsync();
        await KnowsAsync(life);

        Assert.InRange(await NextAsync() - first, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6));
        var another = life with { Expires = null };
        Say(() => another);
        var before = _time.GetUtcNow();
        _client.Change();
        Assert.Equal(before, await AskedAsync());
        await KnowsAsync(another);
    }

    [Theory]
    [InlineData("Permanent", "401 ACL support disabled")]
    [InlineData("Denied", "403 Permission denied")]
    public async Task An_agent_that_does_not_tell_is_met_with_silence(string fault, string answer)
    {
        Say(() => throw new AgentException(Enum.Parse<AgentFault>(fault), answer));
        _follower.Start();
        await AskedAsync();
        await NextAsync();

        Assert.Null(_follower.Life);
        Assert.Empty(_logs.All);
    }

    [Fact]
    public async Task What_was_known_of_another_token_is_not_held_against_this_one()
    {
        var life = new TokenLife(_time.GetUtcNow(), _time.GetUtcNow().AddHours(1));
        Say(() => life);
        _follower.Start();
        await AskedAsync();
        await KnowsAsync(life);

        Say(() => throw new AgentException(AgentFault.Denied, "403 Permission denied"));
        _client.Change();
        await AskedAsync();
        await KnowsAsync(null);
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        _metrics.Dispose();
    }

    private void Say(Func<TokenLife> life) => _client.Token = () =>
    {
        _asked.Writer.TryWrite(_time.GetUtcNow());
        return life();
    };

    private Task<DateTimeOffset> AskedAsync() => _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private async Task<DateTimeOffset> NextAsync()
    {
        await _time.WaitForTimersAsync();
        _time.AdvanceToNext();
        return await AskedAsync();
    }

    private Task KnowsAsync(TokenLife? life) => Eventually.HoldsAsync("the life is known", () => _follower.Life == life);
}
