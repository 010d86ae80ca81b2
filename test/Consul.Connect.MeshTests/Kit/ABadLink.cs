using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public sealed class ABadLink : IAsyncLifetime
{
    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private BadLink _link = null!;

    [Fact]
    public async Task It_passes_bytes_both_ways_and_the_end_of_a_stream()
    {
        using var caller = await ConnectAsync();
        Assert.Equal("hello", await EchoAsync(caller, "hello"));
        var stream = caller.GetStream();
        caller.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Cut_resets_what_is_open_and_serves_what_comes()
    {
        using var caller = await ConnectAsync();
        await EchoAsync(caller, "hello");
        _link.Cut();
        await Assert.ThrowsAnyAsync<IOException>(async () => await caller.GetStream().ReadExactlyAsync(new byte[1]));
        using var next = await ConnectAsync();
        Assert.Equal("again", await EchoAsync(next, "again"));
        Assert.Equal(2, _link.Accepted);
    }

    [Fact]
    public async Task Stall_keeps_bytes_back_until_they_flow()
    {
        using var caller = await ConnectAsync();
        await EchoAsync(caller, "hello");
        _link.Stall();
        var answer = EchoAsync(caller, "late");
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(200)));
        _link.Flow();
        Assert.Equal("late", await answer);
    }

    [Fact]
    public async Task Trickle_lets_few_bytes_pass()
    {
        using var caller = await ConnectAsync();
        _link.Trickle(1000);
        var clock = Stopwatch.StartNew();
        var text = new string('x', 300);
        Assert.Equal(text, await EchoAsync(caller, text));
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(280), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Refuse_is_as_if_nobody_listened_until_Accept()
    {
        using var before = await ConnectAsync();
        _link.Refuse();
        var refusal = await Assert.ThrowsAsync<SocketException>(ConnectAsync);
        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
        Assert.Equal("still", await EchoAsync(before, "still"));
        _link.Accept();
        using var after = await ConnectAsync();
        Assert.Equal("back", await EchoAsync(after, "back"));
    }

    [Fact]
    public async Task CutAfter_ends_every_connection_at_its_age()
    {
        _link.CutAfter(TimeSpan.FromMilliseconds(150));
        using var caller = await ConnectAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await caller.GetStream().ReadExactlyAsync(new byte[1]));
        await Eventually.HoldsAsync("the link has forgotten it", () => _link.Connections == 0);
    }

    public Task InitializeAsync()
    {
        _echo.Start();
        _ = ServeAsync();
        _link = new(((IPEndPoint)_echo.LocalEndpoint).Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _link.DisposeAsync();
        _echo.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = EchoBackAsync(await _echo.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task EchoBackAsync(TcpClient client)
    {
        try
        {
            using (client)
                await client.GetStream().CopyToAsync(client.GetStream());
        }
        catch (IOException)
        {
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _link.Port);
        return client;
    }

    private static async Task<string> EchoAsync(TcpClient caller, string text)
    {
        await caller.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        var answer = new byte[text.Length];
        await caller.GetStream().ReadExactlyAsync(answer);
        return System.Text.Encoding.ASCII.GetString(answer);
    }
}
