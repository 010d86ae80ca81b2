namespace ConsulConnect.DevAgent.Http;

/// <summary>
/// The paths of the API. A pattern is a literal path, or has one <c>{name}</c>, which stands for whatever is there, slashes and nothing
/// included, as in Consul's own multiplexer: <c>/v1/query/{id}/execute</c>.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, Route> _routes = [];

    /// <param name="pattern">The path.</param>
    /// <param name="handler">Answers.</param>
    /// <param name="ignoresNamespaces">True: <c>ns</c> and <c>partition</c> mean nothing here; everywhere else a community agent refuses them.</param>
    public void Get(string pattern, AgentHandler handler, bool ignoresNamespaces = false) => Add("GET", pattern, handler, ignoresNamespaces);

    public void Put(string pattern, AgentHandler handler, bool ignoresNamespaces = false) => Add("PUT", pattern, handler, ignoresNamespaces);

    public void Post(string pattern, AgentHandler handler) => Add("POST", pattern, handler);

    public void Delete(string pattern, AgentHandler handler) => Add("DELETE", pattern, handler);

    /// <summary>The route of a decoded path, the one with the longest literal part; null: there is none.</summary>
    public Route? Find(string path, out string? value)
    {
        if (_routes.TryGetValue(path, out var exact) && exact.Name is null)
        {
            value = null;
            return exact;
        }

        var found = _routes.Values.Where(route => route.Matches(path)).MaxBy(route => (route.Prefix.Length, route.Suffix.Length));
        value = found is null ? null : path[found.Prefix.Length..^found.Suffix.Length];
        return found;
    }

    private void Add(string method, string pattern, AgentHandler handler, bool ignoresNamespaces = false)
    {
        if (!_routes.TryGetValue(pattern, out var route))
            _routes.Add(pattern, route = new(pattern));
        route.Handlers.Add(new(method, handler, ignoresNamespaces));
    }
}
