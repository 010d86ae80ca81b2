using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>The one place that decides what a failed call means.</summary>
internal static class AgentErrors
{
    private const int LongestText = 300;

    private const string TooManyConnections =
        "the usual cause is the agent's limit on the connections of all processes behind one client address, limits.http_max_conns_per_client";

    // In these words agents of several versions say that a service or a check is not there.
    private static readonly string[] UnknownThings = ["unknown service", "unknown check", "does not have associated TTL"];

    // What some versions refuse with 500, although the same call will never succeed.
    private static readonly string[] ForEver = ["Connect must be enabled", "Scripts are disabled on this agent", "contains invalid characters"];

    /// <summary>The agent answered with something other than 200.</summary>
    public static AgentException Refused(AgentCall call, HttpStatusCode status, string text, TimeSpan? retryAfter)
    {
        var busy = status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable || Says(text, "rate limit reached");
        var fault = (int)status switch
        {
            _ when busy => AgentFault.Transient,
            403 => AgentFault.Denied,
            404 => AgentFault.Missing,
            408 => AgentFault.Transient,
            >= 500 when ForEver.Any(words => Says(text, words)) => AgentFault.Permanent,
            >= 500 when UnknownThings.Any(words => Says(text, words)) => AgentFault.Missing,
            >= 500 => AgentFault.Transient,
            >= 300 => AgentFault.Permanent,
            _ => AgentFault.Malformed,
        };
        var unknownToken = fault == AgentFault.Denied && Says(text, "ACL not found");
        var hint = fault switch
        {
            AgentFault.Denied when unknownToken => "; the agent does not know the token",
            AgentFault.Denied when call.Needs is not null => $"; the token needs {call.Needs}",
            AgentFault.Permanent when (int)status < 400 => "; redirects are not followed",
            _ when busy && Says(text, "concurrent connections") => "; " + TooManyConnections,
            _ => "",
        };
        return new(fault, $"{call}: {(int)status} {Clean(text)}".TrimEnd(' ', '.') + hint) { IsAnswer = true, IsBusy = busy, IsUnknownToken = unknownToken, UnknownMember = UnknownMember(status, text), RetryAfter = retryAfter };
    }

    /// <summary>There was no complete or no believable answer.</summary>
    public static AgentException Broken(AgentCall call, Exception cause, TimeSpan elapsed) => cause switch
    {
        AgentException sorted => sorted,
        JsonException or FormatException => new(AgentFault.Malformed, $"{call}: the answer cannot be believed: {Sentence(cause)}", cause),
        OperationCanceledException { InnerException: TimeoutException } => new(AgentFault.Transient, $"{call}: no connection within {Seconds(elapsed)}", cause),
        OperationCanceledException => new(AgentFault.Transient, $"{call}: no complete answer within {Seconds(elapsed)}", cause),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new(AgentFault.Transient, $"{call}: the TLS handshake failed: {Sentence(cause.InnerException ?? cause)}; when it works at other times, {TooManyConnections}", cause),
        _ when ClosedWithoutAByte(cause) => new(AgentFault.Transient, $"{call}: the connection was closed without an answer after {Seconds(elapsed)}; {WhyClosed(elapsed)}", cause),
        _ => new(AgentFault.Transient, $"{call}: {Sentence(cause)}", cause),
    };

    /// <summary>Foreign text as it may stand in a message: bounded, one line.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, LongestText));
        foreach (var character in text.AsSpan().Trim())
        {
            if (clean.Length == LongestText)
                return clean.Append('…').ToString();
            if (!char.IsControl(character) && character is not ('\u2028' or '\u2029'))
                clean.Append(character);
            else if (clean.Length > 0 && clean[^1] != ' ')
                clean.Append(' ');
        }

        return clean.ToString().TrimEnd();
    }

    private static bool ClosedWithoutAByte(Exception cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
        || (cause is HttpRequestException && cause.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted });

    private static string WhyClosed(TimeSpan elapsed) => elapsed < TimeSpan.FromSeconds(1)
        ? TooManyConnections
        : "the agent stopped, or something on the way cuts long requests; then Consul:WaitTime must be shorter";

    private static string Sentence(Exception cause) => Clean(cause.Message).TrimEnd('.');

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";

    private static string? UnknownMember(HttpStatusCode status, string text)
    {
        const string Words = "unknown field \"";
        var start = text.IndexOf(Words, StringComparison.Ordinal);
        return status != HttpStatusCode.BadRequest || start < 0 ? null : text[(start + Words.Length)..].Split('"', 2)[0];
    }

    private static bool Says(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
