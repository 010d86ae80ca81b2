using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.TestKit;

/// <summary>Feeds an <see cref="ExpectedLogs"/>.</summary>
[ProviderAlias("ExpectedLogs")]
public sealed class ExpectedLogsProvider : ILoggerProvider, ISupportExternalScope
{
    private readonly ExpectedLogs _logs;
    // One for each host that logs here.
    private readonly ConcurrentBag<IExternalScopeProvider> _scopes = [];

    internal ExpectedLogsProvider(ExpectedLogs logs) => _logs = logs;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes.Add(scopeProvider);

    // A host that ends takes nothing from the test.
    public void Dispose()
    {
    }

    private sealed class Logger(ExpectedLogsProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null; // The scopes are the hosts' own.

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = new List<KeyValuePair<string, object?>>(Values(state));
            foreach (var scopes in provider._scopes)
                scopes.ForEachScope((scope, found) => found.AddRange(Values(scope)), values);
            provider._logs.Add(new(category, logLevel, eventId, formatter(state, exception), exception, values));
        }

        private static IEnumerable<KeyValuePair<string, object?>> Values(object? state) =>
            state is IEnumerable<KeyValuePair<string, object?>> pairs ? [.. pairs] : [new("", state)];
    }
}

public static class ExpectedLogsExtensions
{
    /// <summary>Everything from Trace on goes to <paramref name="logs"/>, whatever the configuration says about levels.</summary>
    public static ILoggingBuilder AddExpectedLogs(this ILoggingBuilder builder, ExpectedLogs logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        builder.Services.AddSingleton<ILoggerProvider>(logs.Provider);
        return builder.AddFilter<ExpectedLogsProvider>(null, LogLevel.Trace);
    }
}
