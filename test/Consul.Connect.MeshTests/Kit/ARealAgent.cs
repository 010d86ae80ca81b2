using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public class ARealAgent
{
    [SkippableFact]
    public async Task It_is_ready_when_it_has_started_and_gone_when_disposed()
    {
        int process;
        await using (var agent = await ConsulAgent.StartAsync())
        {
            process = agent.ProcessId;
            var leaf = await agent.IssueLeafAsync("web");
            Assert.EndsWith("/ns/default/dc/dc1/svc/web", leaf.Uri, StringComparison.Ordinal);
            Assert.True(leaf.Leaf.HasPrivateKey);
            Assert.Contains("agent", agent.Output, StringComparison.OrdinalIgnoreCase);
        }

        Assert.False(Directory.Exists($"/proc/{process}"));
    }

    [SkippableFact]
    public async Task Several_start_at_once()
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ConsulAgent.StartAsync()));
        Assert.Equal(4, agents.Select(agent => agent.Address).Distinct().Count());
        foreach (var agent in agents)
            await agent.DisposeAsync();
    }

    [SkippableFact]
    public async Task What_it_cannot_start_with_is_said_in_its_own_words()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ConsulAgent.StartAsync(o => o.Hcl = "no_such_key = 1"));
        Assert.Contains("no_such_key", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_development_agent_comes_back_as_another_mesh_on_the_same_address()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var (address, mesh) = (agent.Address, await agent.GetTrustDomainAsync());
        await agent.KillAsync();
        await agent.StartAgainAsync();
        Assert.Equal(address, agent.Address);
        Assert.NotEqual(mesh, await agent.GetTrustDomainAsync());
    }

    [SkippableFact]
    public async Task An_agent_that_keeps_its_state_comes_back_as_the_same_mesh()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.KeepsState = true);
        var mesh = await agent.GetTrustDomainAsync();
        await agent.CreateIntentionAsync("client", "web", allow: false);
        await agent.KillAsync();
        await agent.StartAgainAsync();
        Assert.Equal(mesh, await agent.GetTrustDomainAsync());
        Assert.False(await IsAllowedAsync(agent, "client", "web"));
    }

    [SkippableFact]
    public async Task A_paused_agent_answers_when_it_is_resumed()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await agent.PauseAsync();
        var answer = agent.Http.GetAsync("/v1/status/leader");
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(300)));
        agent.Resume();
        Assert.True((await answer).IsSuccessStatusCode);
    }

    [SkippableFact]
    public async Task An_intention_is_created_changed_and_deleted()
    {
        await using var agent = await ConsulAgent.StartAsync();
        Assert.True(await IsAllowedAsync(agent, "client", "web"));
        await agent.CreateIntentionAsync("client", "web", allow: false);
        Assert.False(await IsAllowedAsync(agent, "client", "web"));
        await agent.CreateIntentionAsync("client", "web", allow: true);
        await agent.CreateIntentionAsync("*", "web", allow: false);
        Assert.True(await IsAllowedAsync(agent, "client", "web"));
        await agent.DeleteIntentionAsync("client", "web");
        Assert.False(await IsAllowedAsync(agent, "client", "web"));
    }

    [SkippableFact]
    public async Task A_rotation_shows_in_its_roots()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var before = await agent.GetTrustAnchorsAsync();
        var active = await agent.RotateCaAsync();
        var after = await agent.GetTrustAnchorsAsync();
        Assert.Equal(2, after.Count);
        Assert.Contains(before[0], after);
        Assert.NotEqual(before[0].Thumbprint, active.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant());
        Assert.Single((await agent.IssueLeafAsync("asked-after-the-rotation")).Intermediates);
    }

    [SkippableFact]
    public async Task The_command_line_speaks_to_it()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var (exitCode, output) = await agent.RunCliAsync("intention", "create", "-deny", "client", "web");
        Assert.True(exitCode == 0, output);
        Assert.False(await IsAllowedAsync(agent, "client", "web"));
    }

    private static async Task<bool> IsAllowedAsync(ConsulAgent agent, string source, string destination) =>
        (await agent.Http.GetFromJsonAsync<JsonNode>($"/v1/connect/intentions/check?source={source}&destination={destination}"))!["Allowed"]!.GetValue<bool>();
}
