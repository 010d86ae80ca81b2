using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

public sealed class TheTokenFileChanges : IDisposable
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly LogLines _logs = new();
    private readonly FakeTime _time = new();

    private string Path => System.IO.Path.Combine(_folder, "token");

    [Theory]
    [InlineData("token-1\n")]
    [InlineData("token-1\r\n")]
    [InlineData("token-1")]
    public async Task One_newline_at_the_end_is_not_part_of_it(string content)
    {
        Assert.Equal("token-1", await SentAsync(content));
    }

    [Fact]
    public async Task Within_a_second_calls_carry_the_new_one_and_loops_start_over()
    {
        await using var agent = await TinyAgent.StartAsync();
        await File.WriteAllTextAsync(Path, "token-1");
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        await AskAsync(client);
        var changed = client.Changed;
        Assert.False(changed.IsCancellationRequested);

        await ReplaceAsync("token-2");
        await TickUntilAsync(changed);
        await AskAsync(client);

        Assert.Equal(["token-1", "token-2"], agent.Requests.Select(request => request.Token));
        Assert.False(client.Changed.IsCancellationRequested);
        Assert.Single(_logs.WithId(111));
    }

    [Fact]
    public async Task A_swapped_link_is_a_change_too()
    {
        await using var agent = await TinyAgent.StartAsync();
        Directory.CreateDirectory(System.IO.Path.Combine(_folder, "v1"));
        Directory.CreateDirectory(System.IO.Path.Combine(_folder, "v2"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder, "v1", "token"), "token-1");
        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder, "v2", "token"), "token-2");
        var data = System.IO.Path.Combine(_folder, "data");
        Directory.CreateSymbolicLink(data, System.IO.Path.Combine(_folder, "v1"));
        await using var client = agent.Client(o => o.TokenFile = System.IO.Path.Combine(data, "token"), _time, _logs);
        var changed = client.Changed;

        Directory.CreateSymbolicLink(data + ".next", System.IO.Path.Combine(_folder, "v2"));
        Directory.Delete(data);
        Directory.Move(data + ".next", data);
        await TickUntilAsync(changed);
        await AskAsync(client);

        Assert.Equal("token-2", Assert.Single(agent.Requests).Token);
    }

    [Fact]
    public async Task A_denial_reads_it_at_once_and_asks_again()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = context => TinyAgent.Text(context.Request.Headers["X-Consul-Token"] == "token-2" ? 200 : 403, Bodies.Roots)(context);
        await File.WriteAllTextAsync(Path, "token-1");
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        await ReplaceAsync("token-2");

        await client.GetRootsAsync(Query, default);

        Assert.Equal(["token-1", "token-2"], agent.Requests.Select(request => request.Token));
    }

    [Fact]
    public async Task Who_waits_for_the_change_cannot_keep_the_new_one_from_being_used()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = context => TinyAgent.Text(context.Request.Headers["X-Consul-Token"] == "token-1" ? 403 : 200, Bodies.Roots)(context);
        await File.WriteAllTextAsync(Path, "token-1");
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        await using var waiting = client.Changed.Register(() => throw new InvalidOperationException("theirs"));
        await ReplaceAsync("token-2");

        await client.GetRootsAsync(Query, default);
        Assert.Equal(["token-1", "token-2"], agent.Requests.Select(request => request.Token));

        await using var alsoWaiting = client.Changed.Register(() => throw new InvalidOperationException("theirs"));
        await ReplaceAsync("token-3");
        await TickUntilAsync(client.Changed);
        var changed = client.Changed;
        await ReplaceAsync("token-4");
        await TickUntilAsync(changed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("token\n\n")]
    [InlineData("to\0ken")]
    [InlineData("token 2")]
    [InlineData("large")]
    [InlineData(null)]
    public async Task What_is_no_token_keeps_the_one_before_and_is_said_once(string? content)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(403, "Permission denied");
        await File.WriteAllTextAsync(Path, "token-1");
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        if (content is null)
            File.Delete(Path);
        else
            await ReplaceAsync(content == "large" ? new string('x', 4097) : content);

        await AskAsync(client);
        await AskAsync(client);

        Assert.Equal(["token-1", "token-1"], agent.Requests.Select(request => request.Token));
        Assert.Contains(Path, Assert.Single(_logs.WithId(110)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_it_has_held_one_nothing_is_asked()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        Assert.Equal(AgentFault.Denied, failure.Fault);
        Assert.Empty(agent.Requests);

        var changed = client.Changed;
        await ReplaceAsync("token-1");
        await TickUntilAsync(changed);
        await AskAsync(client);
        Assert.Equal("token-1", Assert.Single(agent.Requests).Token);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task AskAsync(AgentClient client) => await Record.ExceptionAsync(() => client.GetRootsAsync(Query, default));

    private async Task<string?> SentAsync(string content)
    {
        await using var agent = await TinyAgent.StartAsync();
        await File.WriteAllTextAsync(Path, content);
        await using var client = agent.Client(o => o.TokenFile = Path, _time, _logs);
        await AskAsync(client);
        return Assert.Single(agent.Requests).Token;
    }

    private async Task ReplaceAsync(string content)
    {
        await File.WriteAllTextAsync(Path + ".next", content);
        File.Move(Path + ".next", Path, overwrite: true);
    }

    /// <summary>One second of the clock; what it starts takes its own time.</summary>
    private async Task TickUntilAsync(CancellationToken changed)
    {
        var seen = new TaskCompletionSource();
        await using var registration = changed.Register(() => seen.TrySetResult());
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
    }
}
