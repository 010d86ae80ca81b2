using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ConsulConnect.DevAgent.Tests.Samples;

public sealed class OverTheMesh
{
    [Fact]
    public async Task An_allowed_caller_is_answered_a_denied_one_is_not_and_a_new_root_changes_neither()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { DefaultIntentionPolicy = "deny" });
        agent.Allow("web", "orders");
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseConsulDevAgent(agent)
            .UseSetting("Kestrel:Endpoints:Connect:Url", "https://127.0.0.1:0").UseSetting("Kestrel:Endpoints:Local:Url", "http://127.0.0.1:0"));
        factory.UseKestrel();
        factory.StartServer();
        var whoami = new Uri(factory.MeshAddress(), "/whoami");

        using var web = agent.CreateHttpClient("web");
        using var intruder = agent.CreateHttpClient("intruder");
        Assert.Contains("\"service\":\"web\"", await web.GetStringAsync(whoami));
        await Assert.ThrowsAsync<HttpRequestException>(() => intruder.GetStringAsync(whoami));

        await agent.RotateRootAsync();
        using var later = agent.CreateHttpClient("web");
        Assert.Contains("\"service\":\"web\"", await later.GetStringAsync(whoami));
    }
}
