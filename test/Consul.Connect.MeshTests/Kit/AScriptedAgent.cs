using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public sealed class AScriptedAgent : IAsyncLifetime
{
    private const string Roots = "/v1/agent/connect/ca/roots";
    private const string Leaf = "/v1/agent/connect/ca/leaf/web";
    private const string Match = "/v1/connect/intentions/match?by=destination&name=web";

    private readonly TestCa _ca = TestCa.Create();
    private ScriptedAgent _agent = null!;
    private HttpClient _http = null!;

    [Fact]
    public async Task A_poll_ends_when_the_test_pushes_something_new()
    {
        _agent.UseCa(_ca);
        var (_, index) = await GetAsync(Leaf);
        var poll = GetAsync($"{Leaf}?index={index}&wait=60s");
        await _agent.Requests.WaitForAsync(request => request["index"] == index);
        Assert.False(poll.IsCompleted);
        _agent.RenewLeaf("web");
        Assert.NotEqual(index, (await poll).Index);
    }

    [Fact]
    public async Task A_poll_ends_with_the_same_when_its_wait_is_over()
    {
        _agent.UseCa(_ca);
        var (body, index) = await GetAsync(Roots);
        var after = await GetAsync($"{Roots}?index={index}&wait=50ms");
        Assert.Equal((body.ToJsonString(), index), (after.Body.ToJsonString(), after.Index));
    }

    [Fact]
    public async Task Its_leaves_look_like_those_of_current_Consuls()
    {
        _agent.UseCa(_ca);
        var (leaf, _) = await GetAsync(Leaf);
        using var certificate = X509Certificate2.CreateFromPem(leaf["CertPEM"]!.GetValue<string>(), leaf["PrivateKeyPEM"]!.GetValue<string>());
        Assert.Equal("", certificate.Subject);
        Assert.True(certificate.Extensions.Single(extension => extension.Oid!.Value == "2.5.29.17").Critical);
        Assert.Equal([leaf["ServiceURI"]!.GetValue<string>()], MeshNames.UriNames(certificate));
        Assert.Equal(_ca.TrustDomain, (await GetAsync(Roots)).Body["TrustDomain"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rotation_lists_both_roots_and_leaves_the_leaf_until_it_is_renewed()
    {
        _agent.UseCa(_ca);
        var (before, _) = await GetAsync(Leaf);
        _agent.RotateCa(TestCa.Create());
        Assert.Equal(2, (await GetAsync(Roots)).Body["Roots"]!.AsArray().Count);
        Assert.Equal(before.ToJsonString(), (await GetAsync(Leaf)).Body.ToJsonString());
        _agent.RenewLeaf("web");
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem((await GetAsync(Leaf)).Body["CertPEM"]!.GetValue<string>());
        Assert.Equal(2, chain.Count);
    }

    [Fact]
    public async Task Match_and_authorize_follow_the_same_intentions()
    {
        Assert.Null((await GetAsync(Match)).Body["web"]);
        _agent.SetIntentions(new("*", "web", "deny"), new("client", "web"));
        var found = (await GetAsync(Match)).Body["web"]!.AsArray();
        Assert.Equal([9, 8], found.Select(one => one!["Precedence"]!.GetValue<int>()));
        Assert.True(await AuthorizeAsync("client"));
        Assert.False(await AuthorizeAsync("other"));
        _agent.SetAuthorize((_, _) => (true, "because"));
        Assert.True(await AuthorizeAsync("other"));
    }

    [Fact]
    public async Task Fail_reaches_polls_that_wait_and_ends_with_its_result()
    {
        var poll = _http.GetAsync($"{Match}&index=1&wait=60s");
        await _agent.Requests.WaitForAsync(request => request["index"] == "1");
        using (_agent.Fail("/v1/connect/intentions", 403, "ACL not found"))
        {
            var answer = await poll;
            Assert.Equal((HttpStatusCode.Forbidden, "ACL not found"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        await GetAsync(Match);
    }

    [Fact]
    public async Task Hold_keeps_an_answer_back_until_its_result_is_disposed()
    {
        var held = _agent.Hold(Roots);
        _agent.UseCa(_ca);
        var answer = GetAsync(Roots);
        await _agent.Requests.WaitForAsync(request => request.Path == Roots);
        Assert.False(answer.IsCompleted);
        held.Dispose();
        await answer;
    }

    [Fact]
    public async Task The_index_can_go_backwards_or_be_missing()
    {
        _agent.SetIntentions(new ScriptedIntention("a", "web"));
        _agent.SetIntentions(new ScriptedIntention("b", "web"));
        var before = ulong.Parse((await GetAsync(Match)).Index!, System.Globalization.CultureInfo.InvariantCulture);
        _agent.Restart();
        var after = await GetAsync($"{Match}&index={before + 1}&wait=50ms");
        Assert.True(ulong.Parse(after.Index!, System.Globalization.CultureInfo.InvariantCulture) <= before);
        _agent.SetHeader("/v1/connect/intentions/match", "X-Consul-Index", null);
        Assert.Null((await GetAsync(Match)).Index);
    }

    [Fact]
    public async Task What_is_registered_can_be_waited_on_by_its_hash()
    {
        var answer = await _http.PutAsJsonAsync("/v1/agent/service/register", new { ID = "web-1", Name = "web", Port = 8443, Connect = new { Native = true } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var hash = (await _http.GetAsync("/v1/agent/service/web-1")).Headers.GetValues("X-Consul-ContentHash").Single();
        var poll = _http.GetAsync($"/v1/agent/service/web-1?hash={hash}&wait=60s");
        await _agent.Requests.WaitForAsync(request => request["hash"] == hash);
        Assert.Equal(8443, _agent.Services["web-1"]["Port"]!.GetValue<int>());
        await _http.PutAsync("/v1/agent/service/deregister/web-1", null);
        Assert.Equal(HttpStatusCode.NotFound, (await poll).StatusCode);
    }

    [Fact]
    public async Task It_refuses_what_a_community_agent_does_not_know()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync($"{Match}&ns=default")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync($"{Match}&wait=10")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PutAsJsonAsync("/v1/agent/service/register", new { Name = "web", Namespace = "default" })).StatusCode);
    }

    [Fact]
    public async Task With_a_token_others_are_refused()
    {
        _agent.Token = "right";
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(Match)).StatusCode);
        _http.DefaultRequestHeaders.Add("X-Consul-Token", "right");
        await GetAsync(Match);
        Assert.Equal("right", _agent.Requests.All[^1].Token);
    }

    [Fact]
    public async Task It_speaks_TLS_and_listens_on_a_socket_file()
    {
        var folder = Directory.CreateTempSubdirectory();
        var path = Path.Combine(folder.FullName, "agent.sock");
        await using (var agent = await ScriptedAgent.StartAsync(o =>
        {
            o.UnixSocket = path;
            o.ServerCertificate = _ca.IssueLeaf("agent").Certificate;
        }))
        {
            Assert.Equal($"unix://{path}", agent.Address);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync("agent");
        }

        folder.Delete(recursive: true);
    }

    public async Task InitializeAsync()
    {
        _agent = await ScriptedAgent.StartAsync();
        _http = new() { BaseAddress = new(_agent.Address) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
    }

    private async Task<(JsonNode Body, string? Index)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return ((await answer.Content.ReadFromJsonAsync<JsonNode>())!, answer.Headers.TryGetValues("X-Consul-Index", out var index) ? index.Single() : null);
    }

    private async Task<bool> AuthorizeAsync(string service)
    {
        using var answer = await _http.PostAsJsonAsync("/v1/agent/connect/authorize", new { Target = "web", ClientCertURI = $"spiffe://any.consul/ns/default/dc/dc1/svc/{service}", ClientCertSerial = "01" });
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["Authorized"]!.GetValue<bool>();
    }
}
