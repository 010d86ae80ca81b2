using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

public sealed class TheConnectionBreaks
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Nobody_listens()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        await using var client = new AgentClient(new() { Address = $"127.0.0.1:{port}" }, TimeProvider.System, new LogLines());
        var failure = await FailAsync(client);
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains($"http://127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closed_without_a_byte_it_names_the_limit_on_connections()
    {
        await using var agent = new RawAgent((_, _) => Task.CompletedTask);
        await using var client = agent.Client();
        var failure = await FailAsync(client);
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains("limits.http_max_conns_per_client", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_without_a_byte_it_names_the_limit_too()
    {
        await using var agent = new RawAgent((stream, _) =>
        {
            stream.Socket.LingerState = new(true, 0);
            stream.Socket.Close();
            return Task.CompletedTask;
        });
        await using var client = agent.Client();
        var failure = await FailAsync(client);
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains("limits.http_max_conns_per_client", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_429_names_the_limit()
    {
        await using var agent = new RawAgent(RawAgent.Bytes(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nYour IP is issuing too many concurrent connections, please rate limit your calls\n"));
        await using var client = agent.Client();
        var failure = await FailAsync(client);
        Assert.True(failure.IsBusy);
        Assert.Contains("limits.http_max_conns_per_client", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_request_that_is_cut_points_at_the_wait_and_is_not_sent_again()
    {
        var (time, calls) = (new FakeTime(), 0);
        await using var agent = new RawAgent((_, _) =>
        {
            calls++;
            time.Advance(TimeSpan.FromSeconds(30));
            return Task.CompletedTask;
        });
        await using var client = agent.Client(time);
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(new(42, null, TimeSpan.FromSeconds(60)), default));
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Equal(1, calls);
        Assert.EndsWith("closed without an answer after 30 s; the agent stopped, or something on the way cuts long requests; then Consul:WaitTime must be shorter", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 500\r\n\r\n{\"ActiveRootID\"")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n10\r\n{\"Active")]
    public async Task In_the_middle_of_a_body_it_is_a_failure_of_the_network(string rest)
    {
        await using var agent = new RawAgent(RawAgent.Bytes("HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\n" + rest));
        await using var client = agent.Client();
        Assert.Equal(AgentFault.Transient, (await FailAsync(client)).Fault);
    }

    [Fact]
    public async Task A_huge_body_is_cut_while_it_is_read()
    {
        var sent = 0L;
        await using var agent = new RawAgent(async (stream, cancellation) =>
        {
            await RawAgent.Bytes($"HTTP/1.1 200 OK\r\nContent-Length: {1L << 30}\r\n\r\n")(stream, cancellation);
            for (var chunk = new byte[64 << 10]; sent < 1L << 30; sent += chunk.Length)
                await stream.WriteAsync(chunk, cancellation);
        });
        await using var client = agent.Client();
        var failure = await FailAsync(client);
        Assert.Equal(AgentFault.Malformed, failure.Fault);
        Assert.Contains("8 MiB", failure.Message, StringComparison.Ordinal);
        Assert.InRange(sent, 0, 64 << 20);
    }

    [Fact]
    public async Task A_body_that_drips_is_cut_when_the_wait_and_its_slack_are_over()
    {
        var time = new FakeTime();
        var dripping = new TaskCompletionSource();
        await using var agent = new RawAgent(async (stream, cancellation) =>
        {
            await RawAgent.Bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")(stream, cancellation);
            dripping.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        });
        await using var client = agent.Client(time);
        var call = client.GetRootsAsync(new(42, null, TimeSpan.FromSeconds(32)), default);
        await dripping.Task.WaitAsync(TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(43.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = await Assert.ThrowsAsync<AgentException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains("44.1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_agent_is_given_ten_seconds_for_a_call_that_does_not_block()
    {
        var time = new FakeTime();
        await using var agent = await TinyAgent.StartAsync();
        var asked = new TaskCompletionSource();
        agent.Answers = context =>
        {
            asked.TrySetResult();
            return TinyAgent.Silence(context);
        };
        await using var client = agent.Client(time: time);
        var call = client.AuthorizeAsync("web", "spiffe://x", "", default);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(AgentFault.Transient, (await Assert.ThrowsAsync<AgentException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)))).Fault);
    }

    [Fact]
    public async Task Cancellation_is_no_failure()
    {
        await using var agent = await TinyAgent.StartAsync();
        using var cancel = new CancellationTokenSource();
        agent.Answers = context =>
        {
            cancel.Cancel();
            return TinyAgent.Silence(context);
        };
        await using var client = agent.Client();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetRootsAsync(Query, cancel.Token));
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetRootsAsync(Query, cancel.Token));
        Assert.Single(agent.Requests);
    }

    [Fact]
    public async Task A_retry_is_asked_for_in_seconds()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(429, "", ("Retry-After", 5.ToString(CultureInfo.InvariantCulture)));
        await using var client = agent.Client();
        Assert.Equal(TimeSpan.FromSeconds(5), (await FailAsync(client)).RetryAfter);
    }

    private static Task<AgentException> FailAsync(AgentClient client) =>
        Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default).WaitAsync(TimeSpan.FromSeconds(20)));
}
