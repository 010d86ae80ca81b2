using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Server;

/// <summary>
/// A request as it came over the wire, copied before the app can change it, so that it can be judged again while it runs. Used again
/// for later requests of its connection.
/// </summary>
internal sealed class WireRequest : IRequestHeaders
{
    private KeyValuePair<string, StringValues>[] _headers = new KeyValuePair<string, StringValues>[16];
    private int _count;
    private HttpContext? _context;
    private string _method = "";
    private string _target = "";
    private string _authority = "";

    /// <summary>Where the connection keeps it.</summary>
    public int Place { get; set; }

    /// <summary>What was decided when it began.</summary>
    public IntentionDecision Decision { get; set; }

    /// <summary>When its right was first found to be lost, as a timestamp; null while it has it.</summary>
    public long? LostSince { get; set; }

    /// <summary>It has been ended because its right was lost.</summary>
    public bool IsAborted { get; set; }

    public RequestView View => new(_method, _target, _authority, Uri.UriSchemeHttps, this);

    public bool HaveUnderscores { get; private set; }

    public StringValues this[string name]
    {
        get
        {
            foreach (var (key, value) in _headers.AsSpan(0, _count))
            {
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return value;
            }

            return default;
        }
    }

    public void Capture(HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        _context = context;
        _method = context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } ? HttpMethods.Get : request.Method;
        _target = request.RawTarget;
        _authority = request.Headers.Host.ToString();
        foreach (var header in request.Headers)
        {
            if (_count == _headers.Length)
                Array.Resize(ref _headers, 2 * _count);
            _headers[_count++] = header;
            HaveUnderscores |= header.Key.Contains('_', StringComparison.Ordinal);
        }
    }

    /// <summary>Ends the request, and over HTTP/1.1 its connection. Only from within the connection's visit.</summary>
    public void Abort() => _context?.Abort();

    public void Clear()
    {
        _headers.AsSpan(0, _count).Clear();
        _count = 0;
        _context = null;
        HaveUnderscores = false;
        Decision = default;
        (LostSince, IsAborted) = (null, false);
        (_method, _target, _authority) = ("", "", "");
    }
}
