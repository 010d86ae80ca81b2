using Microsoft.Extensions.Logging;

namespace ConsulConnect.TestKit;

/// <summary>One log entry.</summary>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">Its level.</param>
/// <param name="Event">Its id and name.</param>
/// <param name="Message">The formatted text.</param>
/// <param name="Exception">The exception that came with it.</param>
/// <param name="Values">The structured values, and those of the scopes around it.</param>
public sealed record LogEntry(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception, IReadOnlyList<KeyValuePair<string, object?>> Values)
{
    /// <summary>A structured value; null when there is none of that name.</summary>
    public object? this[string name] => Values.FirstOrDefault(value => value.Key == name).Value;

    public override string ToString() => $"{Level} {Category}[{Event.Id} {Event.Name}] {Message}{(Exception is null ? "" : "\n" + Exception)}";

    /// <summary>Everything a sink could write of it.</summary>
    internal string Everything() => $"{this}\n{string.Join('\n', Values.Select(value => $"{value.Key}={value.Value}"))}";
}
