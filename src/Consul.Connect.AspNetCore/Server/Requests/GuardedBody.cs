using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Server;

/// <summary>The body of an answer that goes out only when an annotated endpoint gives it.</summary>
internal sealed class GuardedBody(IHttpResponseBodyFeature server, PendingDecision pending) : IHttpResponseBodyFeature
{
    private GuardedStream? _stream;
    private PipeWriter? _buffered;

    public Stream Stream => _stream ??= new(server.Stream, pending);

    // Who asks before the decision is taken may keep the writer and use it afterwards.
    public PipeWriter Writer => _buffered is null && pending.Stands ? server.Writer : _buffered ??= PipeWriter.Create(Stream, new(leaveOpen: true));

    /// <summary>Writes what a writer still holds that was asked for early.</summary>
    public async ValueTask FlushAsync()
    {
        if (_buffered is { UnflushedBytes: > 0 })
            await _buffered.FlushAsync();
    }

    public void DisableBuffering() => server.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) =>
        pending.MayAnswer() ? server.StartAsync(cancellationToken) : Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        pending.MayAnswer() ? server.SendFileAsync(path, offset, count, cancellationToken) : Task.CompletedTask;

    public async Task CompleteAsync()
    {
        await FlushAsync();
        if (pending.MayAnswer())
            await server.CompleteAsync();
    }
}
