using System.Text;

namespace ConsulConnect.TestKit;

/// <summary>How one request ended on the wire.</summary>
/// <param name="Status">The status; null when there was no answer.</param>
/// <param name="Headers">The fields of the answer in their order, without <c>:status</c>, names in lower case.</param>
/// <param name="Body">Its body, as far as it came.</param>
/// <param name="End">How it ended.</param>
public sealed record WireAnswer(int? Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body, WireEnd End)
{
    /// <summary>The code of HTTP/2's RST_STREAM or GOAWAY; null when there was none.</summary>
    public uint? ErrorCode { get; init; }

    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The lines of a field, joined; null when it is missing.</summary>
    public string? this[string name] =>
        Headers.Where(header => header.Key == name).Select(header => header.Value).ToArray() is { Length: > 0 } lines ? string.Join(",", lines) : null;

    public static WireAnswer None(WireEnd end, uint? errorCode = null) => new(null, [], default, end) { ErrorCode = errorCode };

    public override string ToString() => $"{Status?.ToString() ?? "no status"}, {End}{(ErrorCode is { } code ? $" {code}" : "")}{(Body.Length == 0 ? "" : $": {Text}")}";
}

/// <summary>How a request ended.</summary>
public enum WireEnd
{
    /// <summary>With a whole answer.</summary>
    Complete,

    /// <summary>The stream was reset (HTTP/2).</summary>
    Reset,

    /// <summary>The connection was given up with GOAWAY (HTTP/2).</summary>
    GoAway,

    /// <summary>The connection was closed.</summary>
    Closed,

    /// <summary>The answer has begun and is not over.</summary>
    Open,
}
