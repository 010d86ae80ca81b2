using System.Net;

namespace ConsulConnect.Client;

/// <summary>
/// What became of a request's body in one attempt. The app's own code writes it, which may fail by itself, or by calling the mesh
/// in turn: neither says anything about the instance, nor about whether this request was sent.
/// </summary>
internal sealed class SentBody
{
    private readonly HttpContent _content;
    private volatile bool _begun;
    private volatile bool _faulty;

    private SentBody(HttpContent content) => _content = content;

    /// <summary>Whether the app failed to write it: its own doing, and nobody else's.</summary>
    public bool IsFaulty => _faulty;

    /// <summary>Whether the connection was there and the body asked for.</summary>
    public bool HasBegun => _begun;

    public bool CanRepeat => !_begun || RepeatableContent.Is(_content);

    /// <summary>Puts the request's body under watch; null: it has none, or one that runs no code of the app's.</summary>
    public static SentBody? Watch(HttpRequestMessage request)
    {
        if (request.Content is not { } content || RepeatableContent.IsInert(content))
            return null;
        var body = new SentBody(content);
        // .NET sends these in full before it listens for an answer, and only what derives from one of them is treated so.
        request.Content = content is StreamContent or MultipartContent ? new InFull(body) : new AsItComes(body);
        return body;
    }

    /// <summary>Another attempt.</summary>
    public void Renew() => _begun = false;

    /// <summary>Gives the request back as the app made it.</summary>
    public void Unwatch(HttpRequestMessage request) => request.Content = _content;

    private async Task CopyAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _begun = true;
        var sent = new SentStream(stream);
        try
        {
            await _content.CopyToAsync(sent, context, cancellationToken);
        }
        // Cancelled from below, when the other end wants no more of it.
        catch (Exception) when (!sent.HasFailed && !cancellationToken.IsCancellationRequested)
        {
            _faulty = true;
            throw;
        }

        if (_content.Headers.ContentLength is { } length && length != sent.Count)
            _faulty = true;
    }

    private bool TryComputeLength(out long length)
    {
        var known = _content.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }

    private sealed class AsItComes : HttpContent
    {
        private readonly SentBody _body;

        public AsItComes(SentBody body)
        {
            _body = body;
            ContentHeaders.Copy(body._content, this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _body.CopyAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _body.CopyAsync(stream, context, cancellationToken);

        protected override bool TryComputeLength(out long length) => _body.TryComputeLength(out length);
    }

    private sealed class InFull : StreamContent
    {
        private readonly SentBody _body;

        public InFull(SentBody body) : base(Stream.Null)
        {
            _body = body;
            ContentHeaders.Copy(body._content, this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _body.CopyAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _body.CopyAsync(stream, context, cancellationToken);

        protected override bool TryComputeLength(out long length) => _body.TryComputeLength(out length);
    }
}
