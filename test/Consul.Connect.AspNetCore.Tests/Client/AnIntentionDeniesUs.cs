using System.Net;
using System.Security.Authentication;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

/// <summary>The other side says no: the instance is well, nobody is ejected, and the error says what to look at.</summary>
public class AnIntentionDeniesUs
{
    [Theory]
    [Trait("Case", "CLI-025")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Our_own_server_refuses_and_one_other_instance_is_asked_and_none_ejected(string version)
    {
        await using var fleet = await Fleet.StartAsync(4, settings: ("Consul:Connect:Authorization:DefaultPolicy", "Deny"));
        await using var client = await fleet.CallerAsync();
        client.Logs.Expect("Refused");
        using var http = client.CreateHttp(version: Version.Parse(version));

        for (var i = 0; i < 12; i++)
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));
            var denied = failure.InnerException as ConnectDeniedException ?? throw new InvalidOperationException("Another error.", failure);
            Assert.StartsWith("\"payments\" refused the connection right after the TLS handshake. The usual cause is an intention that denies \"web\" -> \"payments\".", denied.Message);
        }

        Assert.Equal(24, fleet.Members.Sum(member => member.Connections));
        Assert.DoesNotContain(client.Logs.Entries, entry => entry.Event.Name == "Ejected");
        Assert.Single(client.Logs.Entries, entry => entry.Event.Name == "Refused");
        Assert.All(fleet.Members, member => Assert.Equal(0, member.Requests));
    }

    [Fact]
    [Trait("Case", "CLI-025")]
    public async Task What_must_not_be_repeated_is_sent_to_one_instance_alone()
    {
        await using var fleet = await Fleet.StartAsync(2, settings: ("Consul:Connect:Authorization:DefaultPolicy", "Deny"));
        await using var client = await fleet.CallerAsync();
        client.Logs.Expect("Refused");
        using var http = client.CreateHttp();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync("/", new StringContent("x")));

        Assert.IsType<ConnectDeniedException>(failure.InnerException);
        Assert.Equal(1, fleet.Members.Sum(member => member.Connections));
    }

    [Theory]
    [Trait("Case", "CLI-025")]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task One_instance_that_refuses_costs_nothing_while_another_does_not(SslProtocols protocols)
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var rogue = RogueServer.WithTls(fleet.Authority.IssueLeaf("payments"), _ => Task.CompletedTask, protocols: protocols);
        await using var client = await fleet.CallerAsync();
        client.Instances.Are(NamedInstances.At(rogue.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();

        for (var i = 0; i < 12; i++)
            Assert.Equal("0", await http.GetStringAsync("/"));

        Assert.Equal(6, rogue.Accepted);
    }

    [Fact]
    [Trait("Case", "CLI-025")]
    public async Task A_sidecars_answer_is_passed_on_as_it_is()
    {
        await using var fleet = await Fleet.StartAsync(1, map: app => app.Run(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("RBAC: access denied");
        }));
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();

        using var answer = await http.GetAsync("/");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("RBAC: access denied", await answer.Content.ReadAsStringAsync());
        Assert.Equal(1, fleet.Members[0].Requests);
    }

    [Theory]
    [Trait("Case", "CLI-025")]
    [InlineData(42, true)]
    [InlineData(48, true)]
    [InlineData(49, true)]
    [InlineData(40, false)]
    [InlineData(80, false)]
    public async Task Three_alerts_are_a_refusal_and_no_other_is(byte alert, bool isRefusal)
    {
        await using var rogue = new RogueServer(async stream =>
        {
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync(new byte[] { 0x15, 3, 3, 0, 2, 2, alert });
        });
        await using var client = await MeshClient.StartAsync(TestCa.Create());
        client.Logs.Expect("Refused");
        client.Instances.Are("payments", rogue.Port);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => client.Service.DialAsync(ConnectTarget.Service("payments")));

        if (isRefusal)
            Assert.IsType<ConnectDeniedException>(failure);
        else
            Assert.Equal(ConnectDialError.HandshakeFailed, Assert.IsType<ConnectDialException>(failure).Error);
    }
}
