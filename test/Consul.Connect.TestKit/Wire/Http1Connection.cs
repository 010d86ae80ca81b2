using System.Globalization;
using System.Net.Security;
using System.Text;

namespace ConsulConnect.TestKit;

/// <summary>
/// A mesh connection that carries exactly the bytes a test writes, and reads answers of HTTP/1.1. <c>await using var wire = await
/// Http1Connection.OpenAsync(caller, app.Mesh.Port); var answer = await wire.SendAsync("GET / HTTP/1.1\r\nhost: web\r\n\r\n");</c>
/// </summary>
public sealed class Http1Connection : IAsyncDisposable
{
    private readonly SslStream _stream;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    private Http1Connection(SslStream stream) => _stream = stream;

    public static async Task<Http1Connection> OpenAsync(MeshCaller caller, int port)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new(await caller.OpenTlsAsync(port));
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<WireAnswer> SendOnceAsync(MeshCaller caller, int port, string request)
    {
        await using var connection = await OpenAsync(caller, port);
        return await connection.SendAsync(request);
    }

    /// <summary>A request without a body.</summary>
    /// <param name="headers">The lines, <c>host</c> among them.</param>
    public static string Request(string method, string target, params IEnumerable<(string Name, string Value)> headers) =>
        $"{method} {target} HTTP/1.1\r\n{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n";

    /// <summary>Writes a request, a character a byte, and reads its answer.</summary>
    public Task<WireAnswer> SendAsync(string request) => SendAsync(Encoding.Latin1.GetBytes(request), HasNoBody(request));

    public async Task<WireAnswer> SendAsync(ReadOnlyMemory<byte> request, bool isHead = false)
    {
        await WriteAsync(request);
        return await ReadAnswerAsync(isHead);
    }

    /// <summary>Writes and reads nothing. A peer that has closed meanwhile shows on the next read.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>The next answer; one that ends before it begins when the connection is closed.</summary>
    /// <param name="isHead">Whether it is the answer to a HEAD request, which has no body whatever its headers say.</param>
    public async Task<WireAnswer> ReadAnswerAsync(bool isHead = false)
    {
        if (await ReadLineAsync() is not { } statusLine)
            return WireAnswer.None(WireEnd.Closed);
        var status = int.Parse(statusLine.Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim()));
        }

        var answer = new WireAnswer(status, headers, default, WireEnd.Complete);
        if (status == 101)
            return answer with { End = WireEnd.Open };
        if (isHead || status is 204 or 304)
            return answer;
        if (answer["transfer-encoding"] == "chunked")
            return await ReadChunksAsync(answer);
        return answer["content-length"] is { } length
            ? await ReadBodyAsync(answer, int.Parse(length, CultureInfo.InvariantCulture))
            : await ReadBodyAsync(answer, null);
    }

    /// <summary>Whether the server closes without another byte.</summary>
    public async Task<bool> IsClosedAsync() => await ReadByteAsync() is null;

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static bool HasNoBody(string request) => request.StartsWith("HEAD ", StringComparison.Ordinal);

    private async Task<WireAnswer> ReadChunksAsync(WireAnswer answer)
    {
        using var body = new MemoryStream();
        while (true)
        {
            if (await ReadLineAsync() is not { } size)
                return answer with { Body = body.ToArray(), End = WireEnd.Closed };
            var length = int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!await CopyAsync(body, length) || await ReadLineAsync() is null)
                return answer with { Body = body.ToArray(), End = WireEnd.Closed };
            if (length == 0)
                return answer with { Body = body.ToArray() };
        }
    }

    // Without a length the body goes on until the connection is closed.
    private async Task<WireAnswer> ReadBodyAsync(WireAnswer answer, int? length)
    {
        using var body = new MemoryStream();
        var whole = await CopyAsync(body, length ?? int.MaxValue) || length is null;
        return answer with { Body = body.ToArray(), End = whole ? WireEnd.Complete : WireEnd.Closed };
    }

    private async Task<bool> CopyAsync(MemoryStream target, int length)
    {
        while (length > 0)
        {
            if (!await FillAsync())
                return false;
            var taken = Math.Min(length, _end - _start);
            target.Write(_buffer, _start, taken);
            _start += taken;
            length -= taken;
        }

        return true;
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (await ReadByteAsync() is { } next)
        {
            if (next == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)next);
        }

        return null;
    }

    private async ValueTask<byte?> ReadByteAsync() => await FillAsync() ? _buffer[_start++] : null;

    private async ValueTask<bool> FillAsync()
    {
        if (_start < _end)
            return true;
        try
        {
            (_start, _end) = (0, await _stream.ReadAsync(_buffer));
        }
        catch (IOException)
        {
            return false;
        }

        return _end > 0;
    }
}
