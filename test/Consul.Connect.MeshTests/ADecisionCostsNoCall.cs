using System.Diagnostics;
using System.Net.Security;
using System.Text;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>With the provider <c>Intentions</c> connections and requests are decided from what the watches have brought.</summary>
[Collection(Alone.Name)]
public sealed class ADecisionCostsNoCall
{
    private const int Connections = 1_000;
    private const int Requests = 100_000;
    private const int AtOnce = 8;
    private const int InOneWrite = 50;

    private static readonly byte[] Batch = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /whoami HTTP/1.1\r\nHost: mesh\r\n\r\n", InOneWrite)));

    [Fact]
    public async Task A_thousand_connections_and_a_hundred_thousand_requests_ask_the_agent_nothing()
    {
        await using var agent = await ScriptedAgent.StartAsync();
        var authority = TestCa.Create();
        agent.UseCa(authority);
        agent.SetIntentions(new ScriptedIntention("web", "no-calls"));
        await using var app = await (await MeshApp.StartAsync("no-calls", [new("Consul:Address", agent.Address), new("Consul:WaitTime", "600s")])).ReadyAsync();
        // Each watch's first wait has begun: from here on only the probe of the default policy has a reason to call.
        await agent.Requests.WaitForAsync(request => request.Path.StartsWith("/v1/connect/intentions/match", StringComparison.Ordinal) && request["index"] is not (null or "0"));
        await agent.Requests.WaitForAsync(request => request.Path.Contains("/ca/leaf/", StringComparison.Ordinal) && request["index"] is not (null or "0"));
        await agent.Requests.WaitForAsync(request => request.Path.EndsWith("/ca/roots", StringComparison.Ordinal) && request["index"] is not (null or "0"));
        var before = agent.Requests.All.Count;
        var clock = Stopwatch.StartNew();

        await CallAsync(MeshCaller.From(authority.IssueLeaf("web"), authority), app.Mesh.Port);

        var asked = agent.Requests.All.Skip(before).ToArray();
        var probes = asked.Count(request => request.Path.EndsWith("/authorize", StringComparison.Ordinal));
        Assert.InRange(probes, 0, 1 + (int)(clock.Elapsed.TotalSeconds / 60));
        Assert.Equal(probes, asked.Length);
    }

    [SkippableFact]
    public async Task And_they_are_served_while_the_agent_stands_still()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var web = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await MeshApp.StartAsync("no-agent", [new("Consul:Address", agent.Address)]);
        app.Logs.Expect("AgentUnreachable");
        await app.ReadyAsync();

        await agent.PauseAsync();
        try
        {
            await CallAsync(web, app.Mesh.Port);
        }
        finally
        {
            agent.Resume();
        }
    }

    private static async Task CallAsync(MeshCaller caller, int port)
    {
        var left = Connections;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await using var tls = await caller.OpenTlsAsync(port);
                for (var sent = 0; sent < Requests / Connections; sent += InOneWrite)
                    await AskAsync(tls);
            }
        })));
    }

    private static async Task AskAsync(SslStream tls)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await tls.WriteAsync(Batch, limit.Token);
        var (answers, part) = (new StringBuilder(), new byte[32 * 1024]);
        while (answers.ToString() is var text && text.Split("/svc/web").Length - 1 < InOneWrite)
        {
            var count = await tls.ReadAsync(part, limit.Token);
            Assert.True(count > 0, text);
            answers.Append(Encoding.ASCII.GetString(part, 0, count));
        }

        Assert.Equal(InOneWrite, answers.ToString().Split("HTTP/1.1 200").Length - 1);
    }
}
