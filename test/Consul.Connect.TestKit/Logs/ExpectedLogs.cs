using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.TestKit;

/// <summary>
/// Captures every log entry from Trace on. When it is disposed the test fails on each warning or error that was not announced, and
/// on each secret. <code>using var logs = new ExpectedLogs(); builder.Logging.AddExpectedLogs(logs);</code>
/// </summary>
public sealed class ExpectedLogs : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private readonly List<(Func<LogEntry, bool> IsIt, TaskCompletionSource<LogEntry> Found)> _waiters = [];
    // Agents allow by default, and so do those of most tests.
    private readonly ConcurrentBag<string> _expected = ["DefaultPolicyAllows"];
    private readonly ConcurrentBag<string> _secrets = ["PRIVATE KEY"];
    private bool _isVerified;

    public ExpectedLogs() => Provider = new(this);

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>For a LoggerFactory made by hand.</summary>
    public ExpectedLogsProvider Provider { get; }

    /// <summary>Announces warnings and errors: the name of their event, or a part of their text.</summary>
    public ExpectedLogs Expect(string eventNameOrText)
    {
        _expected.Add(eventNameOrText);
        return this;
    }

    /// <summary>A text that no entry may contain, such as an ACL token or a key.</summary>
    public ExpectedLogs Forbid(string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        _secrets.Add(secret);
        return this;
    }

    /// <summary>The first entry that is it, past ones included.</summary>
    public async Task<LogEntry> WaitForAsync(Func<LogEntry, bool> isIt, TimeSpan? timeout = null)
    {
        TaskCompletionSource<LogEntry> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_entries.FirstOrDefault(isIt) is { } seen)
                return seen;
            _waiters.Add((isIt, found));
        }

        try
        {
            return await found.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The expected entry was not logged. Those of information and above:\n{string.Join('\n', Entries.Where(entry => entry.Level >= LogLevel.Information))}");
        }
    }

    /// <summary>The first entry whose event is named so or whose text contains it, past ones included.</summary>
    public Task<LogEntry> WaitForAsync(string eventNameOrText, TimeSpan? timeout = null) => WaitForAsync(entry => IsNamed(entry, eventNameOrText), timeout);

    /// <summary>Fails on what was not announced and on secrets. Called by <see cref="Dispose"/>; call it earlier to look at a moment.</summary>
    public void Verify()
    {
        _isVerified = true;
        var entries = Entries;
        // Where a secret was found, the text that holds it is not repeated.
        var leaks = entries.Where(entry => _secrets.Any(secret => entry.Everything().Contains(secret, StringComparison.Ordinal))).Select(entry => $"{entry.Category}[{entry.Event.Id} {entry.Event.Name}]").ToArray();
        if (leaks.Length > 0)
            throw new InvalidOperationException($"A secret was logged by {string.Join(", ", leaks)}.");
        var surprises = entries.Where(entry => entry.Level >= LogLevel.Warning && !_expected.Any(one => IsNamed(entry, one))).ToArray();
        if (surprises.Length > 0)
            throw new InvalidOperationException($"Not announced with Expect:\n{string.Join('\n', surprises.AsEnumerable())}");
    }

    public void Dispose()
    {
        // A test that ends by a failure of Verify must show that one, and not the same again.
        if (!_isVerified)
            Verify();
    }

    internal void Add(LogEntry entry)
    {
        lock (_lock)
        {
            _isVerified = false;
            _entries.Add(entry);
            _waiters.RemoveAll(waiter => waiter.IsIt(entry) && waiter.Found.TrySetResult(entry));
        }
    }

    private static bool IsNamed(LogEntry entry, string eventNameOrText) =>
        entry.Event.Name == eventNameOrText || entry.Message.Contains(eventNameOrText, StringComparison.Ordinal);
}
