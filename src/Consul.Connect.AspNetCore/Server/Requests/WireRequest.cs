using System.Buffers;
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
    // What RFC 9110 calls a token; the server lets more through.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private KeyValuePair<string, StringValues>[] _headers = new KeyValuePair<string, StringValues>[16];
    private int _count;
    private IHttpRequestLifetimeFeature? _lifetime;
    private string _method = "";
    private string _target = "";
    private string _authority = "";
    private string? _path;
    private bool _isMisnamed;

    /// <summary>Where the connection keeps it.</summary>
    public int Place { get; set; }

    /// <summary>What was decided when it began.</summary>
    public IntentionDecision Decision { get; set; }

    /// <summary>What its endpoint has been left to apply; null unless permissions are enforced on annotated endpoints alone.</summary>
    public PendingDecision? Pending { get; set; }

    /// <summary>When its right was first found to be lost, as a timestamp; null while it has it.</summary>
    public long? LostSince { get; set; }

    /// <summary>It has been ended because its right was lost.</summary>
    public bool IsAborted { get; set; }

    public RequestView View => new(_method, _target, _authority, Uri.UriSchemeHttps, this, _path);

    public bool HaveUnderscores { get; private set; }

    public bool HaveIllegalNames { get; private set; }

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

    /// <param name="underscored">What becomes of header fields with an underscore in their name; dropped ones are taken off the request and not kept.</param>
    public void Capture(HttpContext context, UnderscoredHeaders underscored = UnderscoredHeaders.Allow)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        // The server's own, which returns at once; one that the app puts before it may do anything.
        _lifetime = context.Features.Get<IHttpRequestLifetimeFeature>();
        _method = context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } ? HttpMethods.Get : request.Method;
        _target = request.RawTarget;
        _path = request.Path;
        _authority = request.Headers.Host.ToString();
        foreach (var (name, value) in request.Headers)
        {
            HaveIllegalNames |= name.AsSpan().ContainsAnyExcept(TokenCharacters);
            if (name.Contains('_', StringComparison.Ordinal))
            {
                HaveUnderscores = true;
                if (underscored == UnderscoredHeaders.Drop)
                    continue;
            }

            if (_count == _headers.Length)
                Array.Resize(ref _headers, 2 * _count);
            _headers[_count++] = new(name, Trimmed(value));
        }

        _isMisnamed = HaveUnderscores && underscored == UnderscoredHeaders.Reject;
        if (HaveUnderscores && underscored == UnderscoredHeaders.Drop)
            DropUnderscores(request.Headers);
    }

    /// <summary>The decision about it, which is never an exception.</summary>
    /// <param name="refused">What is decided about everything on its connection; null when nothing is.</param>
    public IntentionDecision Judge(IntentionDecision? refused, IAuthorizer authorizer, ConnectPeer caller)
    {
        // Whoever decides, an agent or the operator alone: these are no requests to decide about.
        if (RequestTarget.Read(View, likeEnvoy: false, out _) != TargetFault.None)
            return new(false, DecisionReason.MalformedRequest, "The target of the request cannot be read.");
        if (_isMisnamed)
            return new(false, DecisionReason.MalformedRequest, "The request has a header field with an underscore in its name, and HeadersWithUnderscoresAction is REJECT_REQUEST.");
        if (refused is { } decision)
            return decision;
        try
        {
            return authorizer.Decide(caller, View);
        }
        catch (Exception e)
        {
            return new(false, DecisionReason.PolicyError, $"Deciding failed ({e.GetType().Name}), and so the request is refused.");
        }
    }

    /// <summary>Ends the request, and over HTTP/1.1 its connection. Only from within the connection's visit.</summary>
    public void Abort() => _lifetime?.Abort();

    public void Clear()
    {
        _headers.AsSpan(0, _count).Clear();
        _count = 0;
        _lifetime = null;
        HaveUnderscores = HaveIllegalNames = _isMisnamed = false;
        (Decision, Pending) = (default, null);
        (LostSince, IsAborted) = (null, false);
        (_method, _target, _authority, _path) = ("", "", "", null);
    }

    private void DropUnderscores(IHeaderDictionary headers)
    {
        foreach (var name in headers.Keys.Where(name => name.Contains('_', StringComparison.Ordinal)).ToArray())
            headers.Remove(name);
        HaveUnderscores = false;
    }

    // In HTTP/2 the blanks around a value arrive, in HTTP/1.1 they are no part of it.
    private static StringValues Trimmed(StringValues lines)
    {
        foreach (var line in lines)
        {
            if (line is [' ' or '\t', ..] or [.., ' ' or '\t'])
                return new([.. lines.Select(one => one?.Trim(' ', '\t'))]);
        }

        return lines;
    }
}
