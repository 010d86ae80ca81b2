using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace WebApi.Demo;

/// <summary>The agent, asked as any client of Consul would ask it.</summary>
internal sealed class DemoAgent : IDisposable
{
    private readonly HttpClient _http;

    public DemoAgent(IConfiguration configuration)
    {
        var address = Setting(configuration["Consul:Address"]) ?? Setting(Environment.GetEnvironmentVariable("CONSUL_HTTP_ADDR")) ?? "127.0.0.1:8500";
        IsConfigured = Setting(Environment.GetEnvironmentVariable("CONSUL_HTTP_ADDR")) is not null;
        _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address) };
        if ((Setting(configuration["Consul:Token"]) ?? Setting(Environment.GetEnvironmentVariable("CONSUL_HTTP_TOKEN"))) is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Such as <c>http://127.0.0.1:8500</c>.</summary>
    public string Address => _http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>The environment names it, and so it is found in the next terminal only if that is set there as well.</summary>
    public bool IsConfigured { get; }

    public bool IsOnLoopback => _http.BaseAddress!.IsLoopback;

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancel)
    {
        using var answer = await _http.GetAsync(path, cancel);
        return await ReadAsync(answer, path, cancel) ?? throw new HttpRequestException($"{path} was answered with nothing.");
    }

    /// <summary>Whether there is such a thing.</summary>
    public async Task<bool> HasAsync(string path, CancellationToken cancel)
    {
        using var answer = await _http.GetAsync(path, cancel);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>False: the agent does not take it.</summary>
    public async Task<bool> TrySendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancel)
    {
        using var answer = await SendAsync(method, path, body, cancel);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Gives the mesh another root, as an operator does: by a new key in the authority's configuration.</summary>
    public async Task RotateRootAsync(CancellationToken cancel)
    {
        const string Path = "/v1/connect/ca/configuration";
        var config = (await GetAsync(Path, cancel))["Config"]!.DeepClone().AsObject();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        config["PrivateKey"] = key.ExportECPrivateKeyPem() + "\n";
        config.Remove("RootCert");
        using var answer = await SendAsync(HttpMethod.Put, Path, new() { ["Provider"] = "consul", ["Config"] = config }, cancel);
        await ReadAsync(answer, Path, cancel);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body.ToJsonString(), null, "application/json") };
        return await _http.SendAsync(request, cancel);
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage answer, string path, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{path} was answered {(int)answer.StatusCode} {text.Trim()}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static string? Setting(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
