using ConsulConnect.MeshTests.Peers;

namespace ConsulConnect.MeshTests.Registration;

public sealed class TheTokenIsChanged
{
    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    [Trait("Case", "REG-016")]
    public async Task The_entry_is_handed_over_to_it_and_removed_with_it(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind, acls: true);
        var (first, second) = (await agent.CreateTokenAsync("orders"), await agent.CreateTokenAsync("orders"));
        using var file = new TokenFileOfATest(first);
        await using var app = await OrdersApp.StartAsync(agent, null, ("Consul:TokenFile", file.Path));
        app.Logs.Forbid(first).Forbid(second);
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");

        file.Write(second);
        var line = await app.Logs.WaitForAsync("RegisteredAgain");
        Assert.Contains("the token or a file in Consul:Tls has changed", line.Message, StringComparison.Ordinal);
        await agent.DeleteTokenAsync(first);
        // The agent tells its servers with the token of the entry.
        app.Redefine(definition => definition.Tags.Add("v2"));
        await agent.HasAsync("orders", "what changes after it gets through", one => one is { Status: "passing", Tags: ["v2"] });

        await app.StopAsync();
        await agent.IsAsync("orders", null);
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    [Trait("Case", "REG-002")]
    public async Task A_token_without_the_right_is_said_once_and_its_successor_registers(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind, acls: true);
        var (right, wrong) = (await agent.CreateTokenAsync("orders"), await agent.CreateTokenAsync("billing"));
        using var file = new TokenFileOfATest(right);
        await using var app = await OrdersApp.StartAsync(agent, null, ("Consul:TokenFile", file.Path));
        app.Logs.Expect("Denied");
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");

        file.Write(wrong);
        var denied = await app.Logs.WaitForAsync("the watch of registration");
        Assert.Contains("the token needs service:write on \"orders\"", denied.Message, StringComparison.Ordinal);
        file.Write(right);
        await app.Logs.WaitForAsync("RegisteredAgain");
        await agent.HasAsync("orders", "it is there still", one => one.Status == "passing");
        Assert.Single(app.Logs.Entries, entry => entry.Message.Contains("denies the watch of registration", StringComparison.Ordinal));
    }

    private sealed class TokenFileOfATest : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

        public TokenFileOfATest(string token) => Write(token);

        public string Path => System.IO.Path.Combine(_folder.FullName, "token");

        public void Write(string token)
        {
            File.WriteAllText(Path + ".new", token);
            File.Move(Path + ".new", Path, overwrite: true);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
