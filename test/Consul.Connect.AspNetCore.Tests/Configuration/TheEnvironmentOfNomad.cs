using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Configuration;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Configuration;

/// <summary>
/// A native task of Nomad: the agent behind a unix socket in the allocation, TLS and a client certificate by variables, the token in a
/// file of the secrets directory, and the entry in the catalog kept by Nomad.
/// </summary>
public sealed class TheEnvironmentOfNomad : IAsyncLifetime
{
    private const string Token = "11111111-2222-3333-4444-555555555555";

    private readonly string _allocation = Directory.CreateTempSubdirectory("nomad-").FullName;
    private readonly TestCa _authority = TestCa.Create();
    private readonly ConcurrentQueue<(string? Token, string? Client)> _calls = new();
    private ConsulDevAgent _agent = null!;
    private WebApplication _socket = null!;

    private string SocketPath => Path.Combine(_allocation, "consul_http.sock");

    [Fact]
    public async Task Is_enough_for_an_app_to_join_the_mesh_and_its_entry_stays_Nomads()
    {
        using var nomad = new HttpClient { BaseAddress = _agent.Address, DefaultRequestHeaders = { { "X-Consul-Token", "operator" } } };
        var entry = new { ID = "_nomad-task-1-orders-mesh-8443", Name = "orders", Port = 8443, Connect = new { Native = true } };
        (await nomad.PutAsJsonAsync("/v1/agent/service/register", entry)).EnsureSuccessStatusCode();
        var before = await nomad.GetStringAsync("/v1/agent/services");

        var read = ConnectConfiguration.Read(
            Reading.Configuration("""{ "Service": { "Name": "orders" }, "Registration": { "Enabled": false } }"""),
            Variables().GetValueOrDefault,
            configure: null);
        Assert.Empty(read.Faults.Concat(read.Warnings));
        await using (var service = new ConnectService(read, TimeProvider.System, NullLoggerFactory.Instance, meters: null))
        {
            service.Start();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await service.WaitUntilReadyAsync(limit.Token);

            Assert.Equal($"spiffe://{_agent.TrustDomain}/ns/default/dc/dc1/svc/orders", service.Credentials.Current!.Self.SpiffeId);
            Assert.Equal($"unix://{SocketPath}", service.Link!.Client.Address);
            Assert.Null(service.Registrar);
        }

        Assert.NotEmpty(_calls);
        Assert.All(_calls, call => Assert.Equal((Token, "CN=client"), (call.Token, call.Client)));
        Assert.Equal(before, await nomad.GetStringAsync("/v1/agent/services"));
    }

    public async Task InitializeAsync()
    {
        _agent = await ConsulDevAgent.StartAsync(new() { AclDefaultPolicy = "deny", ManagementToken = "operator" });
        _agent.AddToken(Token, """service "orders" { policy = "write" }""");
        Write("ca.pem", _authority.CertificatePem);
        var client = _authority.IssueLeaf("client", leaf => leaf.Subject = "CN=client");
        Write("client.pem", client.CertPem);
        Write("client-key.pem", client.PrivateKeyPem);
        Directory.CreateDirectory(Path.Combine(_allocation, "secrets"));
        Write("secrets/consul_token", Token + "\n");
        await ListenAsync();
    }

    public async Task DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _agent.DisposeAsync();
        Directory.Delete(_allocation, recursive: true);
    }

    private Dictionary<string, string> Variables() => new()
    {
        ["CONSUL_HTTP_ADDR"] = "unix://" + SocketPath,
        ["CONSUL_HTTP_SSL"] = "true",
        ["CONSUL_HTTP_SSL_VERIFY"] = "true",
        ["CONSUL_CACERT"] = Path.Combine(_allocation, "ca.pem"),
        ["CONSUL_CLIENT_CERT"] = Path.Combine(_allocation, "client.pem"),
        ["CONSUL_CLIENT_KEY"] = Path.Combine(_allocation, "client-key.pem"),
        ["CONSUL_TLS_SERVER_NAME"] = "server.dc1.consul",
        ["CONSUL_HTTP_TOKEN_FILE"] = Path.Combine(_allocation, "secrets", "consul_token"),
        ["CONSUL_GRPC_ADDR"] = "unix:///alloc/tmp/consul_grpc.sock",
        ["NOMAD_SECRETS_DIR"] = Path.Combine(_allocation, "secrets"),
    };

    /// <summary>The socket, which demands a client certificate and passes every call on to the agent.</summary>
    private async Task ListenAsync()
    {
        var server = _authority.IssueLeaf("agent", leaf => leaf.DnsNames.Add("server.dc1.consul"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath, listen => listen.UseHttps(X509Certificate2.CreateFromPem(server.CertPem, server.PrivateKeyPem), https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == server.Certificate.Issuer;
        })));
        _socket = builder.Build();
        _socket.Run(ForwardAsync);
        await _socket.StartAsync();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        _calls.Enqueue((context.Request.Headers["X-Consul-Token"], context.Connection.ClientCertificate?.Subject));
        using var http = new HttpClient { BaseAddress = _agent.Address, Timeout = Timeout.InfiniteTimeSpan };
        using var call = new HttpRequestMessage(new(context.Request.Method), context.Request.Path.ToUriComponent() + context.Request.QueryString);
        call.Headers.Add("X-Consul-Token", context.Request.Headers["X-Consul-Token"].ToString());
        using var body = new StreamContent(context.Request.Body);
        if (context.Request.Method != HttpMethods.Get)
            call.Content = body;
        using var answer = await http.SendAsync(call, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Where(header => header.Key.StartsWith("X-Consul", StringComparison.OrdinalIgnoreCase)))
            context.Response.Headers[header.Key] = header.Value.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_allocation, name), text);
}
