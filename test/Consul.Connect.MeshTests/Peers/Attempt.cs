using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>One connection with one request, and what came back until it ended.</summary>
/// <param name="Received">Everything behind TLS; empty when the caller was refused before any HTTP byte.</param>
/// <param name="End">How it ended, unless by an orderly close.</param>
/// <param name="Took">From the connect to the end.</param>
internal sealed record Attempt(string Received, Exception? End, TimeSpan Took)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    public bool IsServed => Received.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);

    public bool IsRefused => Received.Length == 0;

    /// <summary>Whether the connection was let in and its request was not.</summary>
    public bool IsForbidden => Received.StartsWith("HTTP/1.1 403 ", StringComparison.Ordinal);

    public static async Task<Attempt> MakeAsync(MeshCaller caller, int port, string path = "/whoami")
    {
        using var timeout = new CancellationTokenSource(Patience);
        var clock = Stopwatch.StartNew();
        using var received = new MemoryStream();
        Exception? end = null;
        try
        {
            await using var tls = await caller.OpenTlsAsync(port, timeout.Token);
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: mesh\r\nConnection: close\r\n\r\n"), timeout.Token);
            await tls.CopyToAsync(received, timeout.Token);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            end = e;
        }

        return new(Encoding.UTF8.GetString(received.ToArray()), end, clock.Elapsed);
    }

    /// <summary>Connects again and again: nobody who begins later than a second from now is treated otherwise.</summary>
    public static async Task BecomesAsync(bool served, MeshCaller caller, int port)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var began = clock.Elapsed;
            var attempt = await MakeAsync(caller, port);
            // A deny that comes between the two meets a connection that was let in.
            Assert.True(attempt.IsServed || attempt.IsRefused || (!served && attempt.IsForbidden), attempt.Received);
            if (served ? attempt.IsServed : attempt.IsRefused)
                break;
            Assert.True(began < Promise, $"A connection begun after {began.TotalMilliseconds:0} ms was still {(served ? "refused" : "served")}.");
        }

        var after = await MakeAsync(caller, port);
        Assert.True(served ? after.IsServed : after.IsRefused, after.Received);
    }
}
