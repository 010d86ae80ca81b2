using System.Net;

namespace ConsulConnect.Client;

/// <summary>A response's body with the lease it holds: buffered nowhere, released at its end.</summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly LeasedStream _stream;

    public LeasedContent(HttpContent content, Lease lease)
    {
        // The handler's own body: handing out its stream reads nothing.
        _stream = new(content.ReadAsStream(), lease);
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            if (values.Count == 1)
                Headers.TryAddWithoutValidation(name, values.ToString());
            else
                Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => _stream;

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(_stream);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var copying = _stream.CopyToAsync(stream, cancellationToken);
        // Read to its end it holds nothing any more; the response disposes it.
        return copying.IsCompletedSuccessfully ? copying : DisposeAfterAsync(copying);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using (_stream)
            _stream.CopyTo(stream);
    }

    private async Task DisposeAfterAsync(Task copying)
    {
        await using (_stream)
            await copying;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
