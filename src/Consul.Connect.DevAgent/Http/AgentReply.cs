using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Http;

/// <summary>What a call is answered with.</summary>
internal sealed class AgentReply
{
    public const string JsonType = "application/json";
    public const string TextType = "text/plain; charset=utf-8";

    private readonly List<KeyValuePair<string, string>> _headers = [];

    private AgentReply(int status, string contentType) => (Status, ContentType) = (status, contentType);

    public int Status { get; }

    public string ContentType { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>The body as a document; null: it is <see cref="Content"/>.</summary>
    public JsonNode? Document { get; private init; }

    public bool IsDocument { get; private init; }

    public ReadOnlyMemory<byte> Content { get; private init; }

    /// <summary>200 with a document; a null node is JSON's null.</summary>
    public static AgentReply Json(JsonNode? value) => new(200, JsonType) { Document = value, IsDocument = true };

    public static AgentReply Text(int status, string text, string contentType = TextType) => new(status, contentType) { Content = Encoding.UTF8.GetBytes(text) };

    /// <summary>No body. Consul calls even that JSON.</summary>
    public static AgentReply Empty(int status = 200) => new(status, JsonType);

    /// <summary>No body, and no word about it.</summary>
    public static AgentReply Untyped() => new(200, "");

    public AgentReply With(string header, string value)
    {
        _headers.Add(new(header, value));
        return this;
    }

    public AgentReply WithIndex(ulong index) => With("X-Consul-Index", Math.Max(index, 1).ToString(CultureInfo.InvariantCulture));

    /// <summary>What a read that a server answers carries.</summary>
    /// <param name="index">Of what was read.</param>
    /// <param name="consistency">The value of X-Consul-Effective-Consistency; null: this call does not say.</param>
    /// <param name="knownLeader">False where an error is answered.</param>
    public AgentReply WithReadHeaders(ulong index, string? consistency = null, bool knownLeader = true)
    {
        if (consistency is not null)
            With("X-Consul-Effective-Consistency", consistency);
        return WithIndex(index).With("X-Consul-Knownleader", knownLeader ? "true" : "false").With("X-Consul-Lastcontact", "0").With("X-Consul-Query-Backend", "blocking-query");
    }

    /// <summary>What an answer of the agent's cache carries; a hit has an age, which stays 0 because the agent keeps what it caches fresh.</summary>
    public AgentReply WithCacheHeaders(bool hit) => hit ? With("X-Cache", "HIT").With("Age", "0") : With("X-Cache", "MISS");

    public AgentReply WithFilteredByAcls(bool filtered) => filtered ? With("X-Consul-Results-Filtered-By-Acls", "true") : this;
}
