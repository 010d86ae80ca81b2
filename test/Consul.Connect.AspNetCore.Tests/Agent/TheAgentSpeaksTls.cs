using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ConsulConnect.Tests.Agent;

public sealed class TheAgentSpeaksTls : IDisposable
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly X509Certificate2 _good = SelfSigned("server.dc1.consul");
    private readonly X509Certificate2 _other = SelfSigned("other.dc1.consul");

    [Fact]
    public async Task The_ca_file_and_the_server_name_decide_and_http_2_is_spoken()
    {
        await using var agent = await StartAsync(HttpProtocols.Http1AndHttp2);
        await using var client = agent.Client(o => (o.Tls.CaFile, o.Tls.ServerName, o.Token) = (Pem("ca.pem", _good), "server.dc1.consul", "t"));
        await client.GetRootsAsync(Query, default);
        Assert.Equal(("HTTP/2", "t"), (Assert.Single(agent.Requests).Protocol, agent.Requests.Single().Token));
    }

    [Fact]
    public async Task An_agent_without_http_2_is_asked_in_http_1()
    {
        await using var agent = await StartAsync(HttpProtocols.Http1);
        await using var client = agent.Client(o => (o.Tls.CaFile, o.Tls.ServerName) = (Pem("ca.pem", _good), "server.dc1.consul"));
        await client.GetRootsAsync(Query, default);
        Assert.Equal("HTTP/1.1", Assert.Single(agent.Requests).Protocol);
    }

    [Fact]
    public async Task A_folder_of_authorities_will_do()
    {
        await using var agent = await StartAsync(HttpProtocols.Http1);
        Directory.CreateDirectory(System.IO.Path.Combine(_folder, "cas"));
        Pem("cas/a.pem", _other);
        Pem("cas/b.pem", _good);
        await using var client = agent.Client(o => (o.Tls.CaPath, o.Tls.ServerName) = (System.IO.Path.Combine(_folder, "cas"), "server.dc1.consul"));
        await client.GetRootsAsync(Query, default);
    }

    [Theory]
    [InlineData(true, "wrong.name")]
    [InlineData(true, null)]
    [InlineData(false, "server.dc1.consul")]
    public async Task Another_authority_or_another_name_is_refused_before_the_token_is_sent(bool rightAuthority, string? name)
    {
        await using var agent = await StartAsync(HttpProtocols.Http1AndHttp2);
        await using var client = agent.Client(o => (o.Tls.CaFile, o.Tls.ServerName) = (Pem("ca.pem", rightAuthority ? _good : _other), name));
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains("TLS handshake failed", failure.Message, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task Without_verification_any_agent_will_do()
    {
        await using var agent = await StartAsync(HttpProtocols.Http1AndHttp2);
        await using var client = agent.Client(o => o.Origins.VerifyAgent = false);
        await client.GetRootsAsync(Query, default);
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        string? shown = null;
        await using var agent = await TinyAgent.StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_good, https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) =>
            {
                shown = certificate.Thumbprint;
                return true;
            };
        })));
        agent.Answers = TinyAgent.Text(200, Bodies.Roots);
        var key = System.IO.Path.Combine(_folder, "key.pem");
        await File.WriteAllTextAsync(key, _other.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        await using var client = agent.Client(o => (o.Tls.CaFile, o.Tls.ServerName, o.Tls.CertFile, o.Tls.KeyFile) = (Pem("ca.pem", _good), "server.dc1.consul", Pem("cert.pem", _other), key));
        await client.GetRootsAsync(Query, default);
        Assert.Equal(_other.Thumbprint, shown);
    }

    [Fact]
    public async Task Changed_files_hold_within_a_second_and_a_half_written_one_changes_nothing()
    {
        var (time, logs) = (new FakeTime(), new LogLines());
        await using var agent = await StartAsync(HttpProtocols.Http1AndHttp2);
        await using var client = agent.Client(o => (o.Tls.CaFile, o.Tls.ServerName) = (Pem("ca.pem", _other), "server.dc1.consul"), time, logs);
        await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        var changed = client.Changed;

        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder, "ca.pem"), "-----BEGIN CERT");
        await time.WaitForTimersAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => logs.WithId(113).Count == 1);
        Assert.False(changed.IsCancellationRequested);
        Pem("ca.pem", _good);
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => changed.IsCancellationRequested);

        await client.GetRootsAsync(Query, default);
        Assert.Single(logs.WithId(112));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_never_fall_back_to_the_systems_authorities()
    {
        await using var agent = await StartAsync(HttpProtocols.Http1);
        await using var client = agent.Client(o => o.Tls.CaFile = System.IO.Path.Combine(_folder, "none.pem"));
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        Assert.Equal(AgentFault.Permanent, failure.Fault);
        Assert.Contains("Consul:Tls", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_unix_socket_is_spoken_to_with_and_without_tls(bool tls)
    {
        var socket = System.IO.Path.Combine(_folder, "agent.sock");
        await using var agent = await TinyAgent.StartAsync(kestrel => kestrel.ListenUnixSocket(socket, listen =>
        {
            if (tls)
                listen.UseHttps(_good);
        }));
        agent.Answers = TinyAgent.Text(200, Bodies.Roots);
        await using var client = agent.Client(o =>
        {
            o.Address = "unix://" + socket;
            if (tls)
                (o.Tls.CaFile, o.Tls.ServerName) = (Pem("ca.pem", _good), "server.dc1.consul");
        });
        await client.GetRootsAsync(Query, default);

        Assert.Equal(tls ? "HTTP/2" : "HTTP/1.1", Assert.Single(agent.Requests).Protocol);
        Assert.Equal("unix://" + socket, client.Address);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_named()
    {
        await using var client = new AgentClient(new() { Address = $"unix://{_folder}/none.sock" }, TimeProvider.System, new LogLines());
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(Query, default));
        Assert.Equal(AgentFault.Transient, failure.Fault);
        Assert.Contains("none.sock", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _good.Dispose();
        _other.Dispose();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
    }

    private async Task<TinyAgent> StartAsync(HttpProtocols protocols)
    {
        var agent = await TinyAgent.StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(_good);
        }));
        agent.Answers = TinyAgent.Text(200, Bodies.Roots);
        return agent;
    }

    private string Pem(string file, X509Certificate2 certificate)
    {
        var path = System.IO.Path.Combine(_folder, file);
        File.WriteAllText(path + ".next", certificate.ExportCertificatePem());
        File.Move(path + ".next", path, overwrite: true);
        return path;
    }
}
