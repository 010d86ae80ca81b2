using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Agent;

internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _lines = new();

    /// <summary>Lines from here on are thrown back, as a provider does that cannot write.</summary>
    public LogLevel ThrowsFrom { get; set; } = LogLevel.None;

    public IEnumerable<string> All => _lines.Select(line => line.Text);

    public IReadOnlyList<string> WithId(int id) => [.. _lines.Where(line => line.Id == id).Select(line => line.Text)];

    public IReadOnlyList<string> From(LogLevel level) => [.. _lines.Where(line => line.Level >= level).Select(line => line.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(logLevel < ThrowsFrom ? (eventId.Id, logLevel, formatter(state, exception) + exception) : throw new IOException("The disk is full."));
}
