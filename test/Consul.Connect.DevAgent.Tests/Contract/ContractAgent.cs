using System.Diagnostics;
using System.Text;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>
/// Either agent, behind the same words. A contract test makes the same assertions of both; where versions differ it asks
/// <see cref="Knows"/>.
/// </summary>
public sealed class ContractAgent : IAsyncDisposable
{
    private static readonly Version Current = new(1, 21, 4);

    private readonly ConsulAgent? _consul;
    private readonly HttpClient _http;

    private ContractAgent(AgentKind kind, Uri address, Version version, string? managementToken, ConsulDevAgent? dev, ConsulAgent? consul)
    {
        (Kind, Address, Version, ManagementToken, Dev, _consul) = (kind, address, version, managementToken, dev, consul);
        _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    public AgentKind Kind { get; }

    public Uri Address { get; }

    /// <summary>Of the Consul behind it, or of the one the dev agent follows.</summary>
    public Version Version { get; }

    /// <summary>Has all rights; null without ACLs.</summary>
    public string? ManagementToken { get; }

    /// <summary>The dev agent itself; null: it is the real one.</summary>
    public ConsulDevAgent? Dev { get; }

    public static async Task<ContractAgent> StartAsync(AgentKind kind, ContractSettings? settings = null)
    {
        settings ??= new();
        if (kind == AgentKind.RealConsul)
        {
            var consul = await ConsulAgent.StartAsync(options =>
            {
                options.AclDefaultPolicy = settings.AclDefaultPolicy;
                options.Hcl = "limits { http_max_conns_per_client = 10000 }";
            });
            return new(kind, new(consul.Address), consul.Version, consul.ManagementToken, null, consul);
        }

        var management = settings.AclDefaultPolicy is null ? null : Guid.NewGuid().ToString();
        var dev = await ConsulDevAgent.StartAsync(new() { AclDefaultPolicy = settings.AclDefaultPolicy, ManagementToken = management, DefaultIntentionPolicy = settings.DefaultIntentionPolicy });
        return new(kind, dev.Address, Current, management, dev, null);
    }

    /// <summary>A dev agent that the test started in its own way.</summary>
    public static ContractAgent Of(ConsulDevAgent dev) => new(AgentKind.DevAgent, dev.Address, Current, null, dev, null);

    public bool Knows(Feature feature) => Version >= feature switch
    {
        Feature.L7 or Feature.MatchIndex or Feature.DefaultPolicyHeader => new(1, 9),
        Feature.EmptySubject or Feature.LeafRevalidation => new(1, 11),
        Feature.DefaultIntentionPolicy => new(1, 18),
        _ => Current,
    };

    /// <summary>Sends as the operator; see <see cref="SendAsync"/>.</summary>
    public Task<ContractAnswer> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, token: token);

    public Task<ContractAnswer> PutAsync(string path, string? body = null, string? token = null) => SendAsync(HttpMethod.Put, path, body, token);

    public Task<ContractAnswer> PostAsync(string path, string? body = null, string? token = null) => SendAsync(HttpMethod.Post, path, body, token);

    public Task<ContractAnswer> DeleteAsync(string path, string? token = null) => SendAsync(HttpMethod.Delete, path, token: token);

    /// <param name="method">GET and its kin.</param>
    /// <param name="path">With its query.</param>
    /// <param name="body">As it is sent; null: none.</param>
    /// <param name="token">Null: the operator's; empty: none.</param>
    /// <param name="headers">Further ones.</param>
    public async Task<ContractAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if ((token ?? ManagementToken) is { Length: > 0 } secret)
            request.Headers.Add("X-Consul-Token", secret);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(one => one.Key, one => string.Join(",", one.Value), StringComparer.OrdinalIgnoreCase);
        return new(response.StatusCode, all, text, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>A token with these rules, such as <c>service "web" { policy = "write" }</c>.</summary>
    /// <param name="rules">Its rules.</param>
    /// <param name="life">Null: it lives until it is deleted.</param>
    public async Task<string> CreateTokenAsync(string rules, TimeSpan? life = null)
    {
        if (_consul is not null)
            return await _consul.CreateTokenAsync(rules, life: life);
        var secret = Guid.NewGuid().ToString();
        if (life is { } span)
            Dev!.AddToken(secret, rules, span);
        else
            Dev!.AddToken(secret, rules);
        return secret;
    }

    public async Task DeleteTokenAsync(string secret)
    {
        if (_consul is not null)
            await _consul.DeleteTokenAsync(secret);
        else
            Dev!.RevokeToken(secret);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (Dev is not null)
            await Dev.DisposeAsync();
        if (_consul is not null)
            await _consul.DisposeAsync();
    }
}
