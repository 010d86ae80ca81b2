namespace ConsulConnect.TestKit;

/// <summary>A request a <see cref="ScriptedAgent"/> received.</summary>
/// <param name="Method">GET, PUT, POST.</param>
/// <param name="Path">As sent, without the query.</param>
/// <param name="Query">With its question mark, or empty.</param>
/// <param name="Headers">By name, in any case.</param>
/// <param name="Body">Its text.</param>
/// <param name="Protocol"><c>HTTP/1.1</c> or <c>HTTP/2</c>.</param>
public sealed record ScriptedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, string Protocol)
{
    /// <summary>The value of a query parameter; null when it was not sent.</summary>
    public string? this[string parameter] => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Query).TryGetValue(parameter, out var value) ? value.ToString() : null;

    public string? Token => Headers.GetValueOrDefault("X-Consul-Token");

    public override string ToString() => $"{Method} {Path}{Query}";
}
