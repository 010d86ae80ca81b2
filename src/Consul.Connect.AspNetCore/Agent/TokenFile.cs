using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>The ACL token: as configured, or from a file that may change. A file that cannot be used keeps the token it had.</summary>
internal sealed class TokenFile(string? token, string? path, ILogger logger)
{
    private const int Longest = 4096;

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x20).Select(value => (byte)value)]);

    private readonly Lock _gate = new();
    private volatile string? _token = token;
    private string? _fault;
    private bool _said;

    public bool IsWatched => path is not null;

    /// <summary>The token, or null when none is configured.</summary>
    /// <exception cref="AgentException">The file has never held one: nothing is asked in nobody's name.</exception>
    public string? Current
    {
        get
        {
            if (_token is null && path is not null)
                throw new AgentException(AgentFault.Denied, $"Consul:TokenFile {path} holds no token: {_fault}");
            return _token;
        }
    }

    /// <summary>Reads the file.</summary>
    /// <returns>Whether the token is another one.</returns>
    public bool Reread()
    {
        if (path is null)
            return false;
        lock (_gate)
        {
            var fault = Read(path, out var token);
            // Said when it is still so at the next look: whoever writes a file in place empties it first.
            if (fault is not null && fault == _fault && !_said)
                Log.TokenFileUnusable(logger, path, fault);
            _said = fault is not null && fault == _fault;
            _fault = fault;
            if (token is null || token == _token)
                return false;
            var first = _token is null;
            _token = token;
            if (!first)
                Log.TokenChanged(logger, path);
            return true;
        }
    }

    private static string? Read(string path, out string? token)
    {
        token = null;
        var room = new byte[Longest + 3];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var text = room.AsSpan(0, file.ReadAtLeast(room, room.Length, throwOnEndOfStream: false));
            text = text.EndsWith("\r\n"u8) ? text[..^2] : text.EndsWith("\n"u8) ? text[..^1] : text;
            if (text.IsEmpty)
                return "it is empty";
            if (text.Length > Longest)
                return "it is larger than 4 KiB";
            if (text.ContainsAnyExcept(Printable))
                return "it holds spaces, control characters or letters no token has";
            token = Encoding.ASCII.GetString(text);
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read ({unreadable.GetType().Name})";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(room);
        }
    }
}
