using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;

namespace ConsulConnect.MeshTests;

/// <summary>ACLs with default deny, and wildcard intentions that could be taken for the default.</summary>
[Collection(Alone.Name)]
public sealed class TheDefaultPolicyOfARealAgent(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    [SkippableTheory]
    [InlineData("Intentions", "*", "*")]
    [InlineData("Intentions", "*", "orders")]
    [InlineData("Intentions", "web", "*")]
    [InlineData("Agent", "*", "*")]
    [InlineData("Agent", "*", "orders")]
    public async Task Is_found_behind_intentions_that_allow(string provider, string source, string destination)
    {
        await shared.Agent.CreateIntentionAsync(source, destination, allow: true);
        try
        {
            await using var app = await shared.ServeAsync("orders", null, ("Consul:Connect:Authorization:Provider", provider));
            var web = await shared.CallerAsync();

            Assert.True((await Attempt.MakeAsync(web, app.Mesh.Port)).IsServed);
            Assert.Contains("default policy deny", (await app.Logs.WaitForAsync("is in the mesh as")).Message, StringComparison.Ordinal);

            await shared.Agent.DeleteIntentionAsync(source, destination);
            await Attempt.BecomesAsync(served: false, web, app.Mesh.Port);
        }
        finally
        {
            await shared.Agent.DeleteIntentionAsync(source, destination);
        }
    }

    public Task InitializeAsync() => shared.StartAsync("deny");

    public Task DisposeAsync() => Task.CompletedTask;
}
