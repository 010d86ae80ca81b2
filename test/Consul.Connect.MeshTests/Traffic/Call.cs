using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

internal enum CallEnd
{
    Served,
    Refused,

    /// <summary>What decides has changed between the handshake and the request; never the end of what is waited for.</summary>
    DeniedLater,

    /// <summary>The caller itself hung up, because it did not believe the server.</summary>
    ServerNotBelieved,
}

/// <summary>How one request on a connection of its own ended.</summary>
/// <param name="End">Who decided what.</param>
/// <param name="Text">The answer, or how the refusal looked.</param>
/// <param name="Server">The server's leaf; null when the handshake did not finish.</param>
/// <param name="Took">From the connect to the end.</param>
internal sealed record Call(CallEnd End, string Text, X509Certificate2? Server, TimeSpan Took)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private static readonly byte[] Request = "GET /whoami HTTP/1.1\r\nHost: mesh\r\nConnection: close\r\n\r\n"u8.ToArray();

    public bool IsServed => End == CallEnd.Served;

    /// <exception cref="TimeoutException">It was neither served nor refused in time: it hung.</exception>
    public static async Task<Call> MakeAsync(MeshCaller caller, int port, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        X509Certificate2? server = null;
        using var ending = new CancellationTokenSource(limit ?? Limit);
        try
        {
            await using var tls = await caller.OpenTlsAsync(port, ending.Token);
            server = (X509Certificate2?)tls.RemoteCertificate;
            await tls.WriteAsync(Request, ending.Token);
            using var reader = new StreamReader(tls, Encoding.ASCII);
            var answer = await reader.ReadToEndAsync(ending.Token);
            if (answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                return new(CallEnd.Served, answer, server, clock.Elapsed);
            if (answer.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal))
                return new(CallEnd.Refused, "let in, and then nobody could decide", server, clock.Elapsed);
            if (answer.StartsWith("HTTP/1.1 403 ", StringComparison.Ordinal))
                return new(CallEnd.DeniedLater, "let in, and then denied", server, clock.Elapsed);
            return answer.Length == 0
                ? new(CallEnd.Refused, "closed without an answer", server, clock.Elapsed)
                : throw new InvalidOperationException($"Neither served nor refused: {answer}");
        }
        catch (AuthenticationException e) when (e.Message.Contains("ValidationCallback", StringComparison.Ordinal))
        {
            return new(CallEnd.ServerNotBelieved, e.Message, server, clock.Elapsed);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            return new(CallEnd.Refused, e.Message, server, clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Neither served nor refused within {(limit ?? Limit).TotalSeconds} s.");
        }
    }

    /// <summary>Calls again and again until it is served, or refused, as expected.</summary>
    public static Task<Call> UntilAsync(CallEnd end, MeshCaller caller, int port, TimeSpan? timeout = null, string? when = null) =>
        Eventually.ReadsAsync($"the caller is {end}{(when is null ? "" : " " + when)}", _ => MakeAsync(caller, port), call => call.End == end, timeout);
}
