using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Certificates;

/// <summary>Everything that was logged, at any level.</summary>
internal sealed class CollectedLog : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> _lines = new();

    public IEnumerable<(LogLevel Level, EventId Id, string Text)> Lines => _lines;

    public IEnumerable<int> Ids => _lines.Select(line => line.Id.Id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId, formatter(state, exception) + exception));
}
