using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ConsulConnect.Server;

/// <summary>
/// Finds the HTTP version in the first bytes. The negotiated ALPN is not believed: Consul's Go library and its built-in proxies
/// agree to <c>h2</c> and then carry whatever their own client speaks, and newer ones send no ALPN at all.
/// </summary>
internal static class HttpPreface
{
    private static readonly Protocol Http2 = new("h2"u8.ToArray());
    private static readonly Protocol Http11 = new("http/1.1"u8.ToArray());

    private static ReadOnlySpan<byte> Http2Start => "PRI "u8;

    /// <summary>The protocol the peer speaks, nothing consumed; null when it closed before that could be told.</summary>
    public static async ValueTask<ITlsApplicationProtocolFeature?> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (Tell(buffer) is { } protocol)
            {
                input.AdvanceTo(buffer.Start);
                return protocol;
            }

            // Examined to the end: with less, a peer that sends one to three bytes and waits would make every read return at once.
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted || result.IsCanceled)
                return null;
        }
    }

    private static Protocol? Tell(ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[4];
        var length = (int)Math.Min(buffer.Length, 4);
        buffer.Slice(0, length).CopyTo(start);
        if (!Http2Start.StartsWith(start[..length]))
            return Http11;
        return length == 4 ? Http2 : null;
    }

    private sealed class Protocol(ReadOnlyMemory<byte> name) : ITlsApplicationProtocolFeature
    {
        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = name;
    }
}
