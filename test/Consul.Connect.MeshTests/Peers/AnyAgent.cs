using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>A real agent or ours, and the catalog in its words: what holds for the one holds for the other.</summary>
internal sealed class AnyAgent : IAsyncDisposable
{
    public const string Real = "real";
    public const string Dev = "dev";

    private readonly ConsulAgent? _consul;
    private ConsulDevAgent? _dev;

    private AnyAgent(ConsulAgent? consul, ConsulDevAgent? dev, string? token)
    {
        (_consul, _dev) = (consul, dev);
        Address = consul?.Address ?? dev!.Address.ToString().TrimEnd('/');
        Http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(Address) };
        if (token is not null)
            Http.DefaultRequestHeaders.Add("X-Consul-Token", token);
    }

    public string Address { get; }

    /// <summary>Speaks to it as its operator.</summary>
    public HttpClient Http { get; }

    /// <param name="kind">real or dev.</param>
    /// <param name="acls">Whether it denies by default.</param>
    /// <param name="keepsState">Whether a restart finds everything again; for real agents alone.</param>
    public static async Task<AnyAgent> StartAsync(string kind, bool acls = false, bool keepsState = false)
    {
        if (kind == Dev)
        {
            var token = acls ? Guid.NewGuid().ToString() : null;
            return new(null, await ConsulDevAgent.StartAsync(new() { AclDefaultPolicy = acls ? "deny" : null, ManagementToken = token }), token);
        }

        var consul = await ConsulAgent.StartAsync(options => (options.AclDefaultPolicy, options.KeepsState) = (acls ? "deny" : null, keepsState));
        return new(consul, null, consul.ManagementToken);
    }

    /// <summary>It ends without a word and begins anew, with nothing in it unless it keeps its state.</summary>
    /// <param name="meanwhile">Begins while it is away.</param>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        await (_consul is not null ? _consul.KillAsync() : _dev!.DisposeAsync().AsTask());
        var watched = meanwhile?.Invoke() ?? Task.CompletedTask;
        if (_consul is not null)
            await _consul.StartAgainAsync();
        else
            _dev = await ConsulDevAgent.StartAsync(new() { Port = new Uri(Address).Port });
        await watched;
    }

    public async Task<string> CreateTokenAsync(string service)
    {
        var rules = $$"""service "{{service}}" { policy = "write" }""";
        if (_consul is not null)
            return await _consul.CreateTokenAsync(rules);
        var secret = Guid.NewGuid().ToString();
        _dev!.AddToken(secret, rules);
        return secret;
    }

    public async Task DeleteTokenAsync(string secret)
    {
        if (_consul is not null)
            await _consul.DeleteTokenAsync(secret);
        else
            _dev!.RevokeToken(secret);
    }

    public async Task PutAsync(string path, object? body = null)
    {
        using var answer = await Http.PutAsJsonAsync(path, body ?? new { });
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>The checks as the agent itself has them, by id.</summary>
    public async Task<IReadOnlyDictionary<string, CatalogCheck>> ChecksAsync(CancellationToken cancellationToken = default) =>
        (await Http.GetFromJsonAsync<JsonObject>("/v1/agent/checks", cancellationToken))!.ToDictionary(one => one.Key, one => ReadCheck(one.Value!));

    /// <summary>The instances of a service as <c>/v1/health/service</c> or <c>/v1/health/connect</c> has them.</summary>
    public async Task<IReadOnlyList<CatalogInstance>> InstancesAsync(string service, string path = "service", CancellationToken cancellationToken = default) =>
        [.. (await Http.GetFromJsonAsync<JsonArray>($"/v1/health/{path}/{service}", cancellationToken))!.Select(one => ReadInstance(one!))];

    /// <summary>Until <c>/v1/health/service</c> has one instance, and such a one; then <c>/v1/catalog/service</c> and <c>/v1/health/connect</c> have the same.</summary>
    public async Task<CatalogInstance> HasAsync(string service, string what, Func<CatalogInstance, bool> isSuch, TimeSpan? within = null)
    {
        var found = await Eventually.ReadsAsync(what, ending => InstancesAsync(service, cancellationToken: ending), instances => instances is [{ } one] && isSuch(one), within);
        var listed = await Eventually.ReadsAsync($"{what}, in the catalog", async ending => await Http.GetFromJsonAsync<JsonArray>($"/v1/catalog/service/{service}", ending), list => list is [{ } one] && one["ServiceID"]!.GetValue<string>() == found[0].Id);
        Assert.Equal(found[0].Port, listed![0]!["ServicePort"]!.GetValue<int>());
        await Eventually.ReadsAsync($"{what}, for the mesh", ending => InstancesAsync(service, "connect", ending), instances => instances is [{ } one] && (one.Id, one.Port) == (found[0].Id, found[0].Port));
        return found[0];
    }

    /// <summary>The state of the only instance that callers find: passing, warning or critical; null: there is none.</summary>
    public async Task<string?> StatusAsync(string service, CancellationToken cancellationToken = default) =>
        (await InstancesAsync(service, "connect", cancellationToken)).SingleOrDefault()?.Status;

    /// <summary>Completes when it is in this state.</summary>
    public Task IsAsync(string service, string? status) =>
        Eventually.HoldsAsync($"{service} is {status ?? "not in the catalog"}", async ending => await StatusAsync(service, ending) == status);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_consul is not null)
            await _consul.DisposeAsync();
        if (_dev is not null)
            await _dev.DisposeAsync();
    }

    private static CatalogInstance ReadInstance(JsonNode entry)
    {
        var service = entry["Service"]!;
        return new(
            Text(service, "ID"),
            Text(service, "Address"),
            service["Port"]!.GetValue<int>(),
            [.. service["Tags"]?.AsArray().Select(tag => tag!.GetValue<string>()) ?? []],
            [.. entry["Checks"]!.AsArray().Where(check => Text(check!, "ServiceID") != "").Select(check => ReadCheck(check!))]);
    }

    private static CatalogCheck ReadCheck(JsonNode check) => new(Text(check, "CheckID"), Text(check, "Status"), Text(check, "Output"), Text(check, "Notes"));

    private static string Text(JsonNode node, string member) => node[member]?.GetValue<string>() ?? "";
}
