using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.State;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.DevAgent.Http;

/// <summary>One request, as the endpoints see it.</summary>
internal sealed class AgentCall(HttpContext context, AgentCore core, string path, string? value)
{
    // As a server's: what a call waits without saying so, and at most.
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private ReadOptions? _read;

    public string Method => context.Request.Method;

    /// <summary>Decoded.</summary>
    public string Path => path;

    /// <summary>The variable part of the path, decoded; it may hold slashes, and may be empty.</summary>
    public string Value => value ?? "";

    public IQueryCollection Query => context.Request.Query;

    public CancellationToken Aborted => context.RequestAborted;

    public AgentState State => core.State;

    /// <summary>Index, wait and their kin; refuses what Consul refuses.</summary>
    public ReadOptions Read => _read ??= ReadOptions.Parse(Query);

    /// <summary>Who asks, by its token; an unknown token ends the call.</summary>
    public AclIdentity Acl => core.Acl.Resolve(Token) ?? throw new AgentException(403, "ACL not found") { HasReadHeaders = UnknownTokenHasReadHeaders };

    /// <summary>The token's identity; null: the token is unknown, and the endpoint has its own words for that.</summary>
    public AclIdentity? TryResolveAcl() => core.Acl.Resolve(Token);

    /// <summary>Set by the few reads whose 403 carries index headers.</summary>
    public bool UnknownTokenHasReadHeaders { get; set; }

    /// <summary>In Consul's order: query, header, bearer.</summary>
    public string Token
    {
        get
        {
            if (Query["token"] is [{ Length: > 0 } query, ..])
                return query;
            if (context.Request.Headers["X-Consul-Token"] is [{ Length: > 0 } header, ..])
                return header;
            var authorization = context.Request.Headers.Authorization.ToString();
            return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : "";
        }
    }

    /// <summary>The first value of a query parameter; null: it is not there. <c>?passing</c> gives an empty text.</summary>
    public string? Parameter(string name) => Query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    /// <summary>Empty: it is not there.</summary>
    public string Header(string name) => context.Request.Headers[name].ToString();

    /// <summary>A query parameter that is true or false.</summary>
    public bool Flag(string name) => Parameter(name) switch
    {
        null or "" or "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        _ => throw AgentException.BadRequest($"The '{name}' query parameter must be a boolean value"),
    };

    /// <summary>
    /// Waits as a server does until the index of the topics exceeds the caller's, and returns it: at once without an index, after the
    /// caller's wait and some jitter otherwise. Read the data after this, so that they are never older than the index.
    /// </summary>
    public Task<ulong> WaitForChangeAsync(params string[] topics)
    {
        var wait = Read.Wait ?? DefaultWait;
        wait = wait <= TimeSpan.Zero ? DefaultWait : wait > LongestWait ? LongestWait : wait;
        return State.WaitAsync(topics, Read.Index, wait + (Random.Shared.NextDouble() * wait / 16), Aborted);
    }

    /// <summary>The same as the agent's cache does it: for exactly the caller's wait, and without one for ever.</summary>
    public Task<ulong> WaitInCacheAsync(params string[] topics) =>
        State.WaitAsync(topics, Read.Index, Read.Wait is { Ticks: > 0 } wait ? wait : Timeout.InfiniteTimeSpan, Aborted);

    /// <summary>Ends the call when it asks for another datacenter.</summary>
    /// <param name="withReadHeaders">True: this call sends its index headers even then.</param>
    public void RefuseForeignDatacenter(bool withReadHeaders = false)
    {
        if (Read.Datacenter is { } datacenter && datacenter != core.Options.Datacenter)
            throw new AgentException(500, "No path to datacenter") { HasReadHeaders = withReadHeaders };
    }

    public async Task<ReadOnlyMemory<byte>> ReadBytesAsync()
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, Aborted);
        return body.ToArray();
    }

    /// <summary>The body as one JSON object, decoded as strictly as Go does it.</summary>
    /// <param name="prefix">What this endpoint puts before the decoder's message.</param>
    /// <param name="type">What Consul decodes it into, for messages: <c>structs.ConnectAuthorizeRequest</c>.</param>
    public async Task<BodyReader> ReadObjectAsync(string prefix = "Request decode failed: ", string type = "map[string]interface {}") =>
        BodyReader.Parse(await ReadBytesAsync(), prefix, type);
}
