using System.Globalization;
using System.Text;

namespace ConsulConnect.Agent;

/// <summary>One call, before it is sent.</summary>
/// <param name="address">For messages.</param>
internal sealed class AgentCall(HttpMethod method, string path, string address)
{
    private readonly StringBuilder _query = new();
    private bool _waits;

    /// <summary>The right the call needs, for the message of a denial.</summary>
    public string? Needs { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>
    /// How long a complete answer may take. An agent without a leader takes 7 s to say so; one that waits adds up to a sixteenth.
    /// </summary>
    public TimeSpan Patience { get; private set; } = TimeSpan.FromSeconds(10);

    public AgentCall With(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public AgentCall Blocking(BlockingQuery query)
    {
        Patience += query.Wait + (query.Wait / 16);
        _waits = query.Index > 0 || query.Hash is not null;
        return With("index", query.Index == 0 ? null : query.Index.ToString(CultureInfo.InvariantCulture))
            .With("hash", query.Hash)
            .With("wait", ((long)query.Wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms");
    }

    /// <summary>From the agent's own cache, which it keeps fresh by itself: no connection waits.</summary>
    public AgentCall Cached()
    {
        _query.Append(_query.Length == 0 ? '?' : '&').Append("cached");
        return With("wait", "1s");
    }

    public HttpRequestMessage ToRequest(Uri baseUri)
    {
        var request = new HttpRequestMessage(method, new Uri(baseUri, path + _query));
        if (Body is not null)
            request.Content = new ByteArrayContent(Body) { Headers = { ContentType = new("application/json") } };

        // Content, even none, keeps the handler from sending the request again by itself when the connection is cut: a new agent
        // may answer there, for which the index is far too high, so that it would wait in vain.
        else if (_waits)
            request.Content = new ByteArrayContent([]);
        return request;
    }

    /// <summary>The call and the agent; without the query, which says nothing to an operator.</summary>
    public override string ToString() => $"{method} {path} at {address}";
}
