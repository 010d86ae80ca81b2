using System.Collections.Concurrent;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Registration;

internal sealed class RecordedLog : ILogger
{
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _lines = [];

    public IEnumerable<string> Lines => _lines.Select(line => $"{line.Id} {line.Level}: {line.Text}");

    /// <summary>Until it says so; what a line tells of may be seen before the line.</summary>
    public Task HasAsync(string line) => Eventually.HoldsAsync($"the log says {line}", () => Lines.Contains(line));

    public int Count(int id) => _lines.Count(line => line.Id == id);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, logLevel, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
