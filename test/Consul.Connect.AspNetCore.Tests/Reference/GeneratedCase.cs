using System.Text.Encodings.Web;
using System.Text.Json;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.Tests.Intentions;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Tests.Reference;

/// <summary>Who calls: a name, a namespace, a partition.</summary>
internal sealed record GeneratedCaller(string Service, string Namespace = "default", string Partition = "default");

/// <summary>A header line as sent.</summary>
internal sealed record GeneratedLine(string Name, string Value);

/// <summary>Everything a request says.</summary>
internal sealed record GeneratedRequest(string Method, string Target, string Authority, IReadOnlyList<GeneratedLine> Headers)
{
    public RequestView View => new(Method, Target, Authority, "https", new Lines(Headers));

    private sealed class Lines(IReadOnlyList<GeneratedLine> headers) : IRequestHeaders
    {
        public bool HaveUnderscores => headers.Any(line => line.Name.Contains('_', StringComparison.Ordinal));

        public StringValues this[string name] =>
            new([.. headers.Where(line => line.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value)]);
    }
}

/// <summary>The rules for one destination, and how requests to it are read.</summary>
internal sealed record GeneratedRules(IReadOnlyList<Intention> Intentions, bool AllowsByDefault, RequestReading Reading)
{
    public const string Service = "orders";
}

/// <summary>One question to both evaluators.</summary>
internal sealed record GeneratedCase(GeneratedRules Rules, GeneratedCaller Caller, GeneratedRequest Request)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ConnectPeer Peer => Policy.Caller(Caller.Service, Caller.Namespace, Caller.Partition);

    public ReferenceAnswer Reference =>
        ReferenceEvaluator.Decide(Rules.Intentions, GeneratedRules.Service, Rules.AllowsByDefault, Peer, Request.View, Rules.Reading);

    public override string ToString() =>
        $"""
        caller     {JsonSerializer.Serialize(Caller, Readable)}
        request    {Request.Method} {JsonSerializer.Serialize(Request.Target, Readable)} host {JsonSerializer.Serialize(Request.Authority, Readable)} {JsonSerializer.Serialize(Request.Headers, Readable)}
        default    {(Rules.AllowsByDefault ? "allow" : "deny")}
        reading    {Rules.Reading}
        {string.Join('\n', Rules.Intentions.Select(intention => $"intention  {JsonSerializer.Serialize(intention, Readable)}"))}
        """;
}
