using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

public sealed class TheDefaultPolicyOfTheAgent
{
    private const string Service = "defaults";

    private static readonly (string Destination, bool Allow)?[] Wildcards = [null, (Service, true), (Service, false), ("*", true), ("*", false)];

    [SkippableTheory]
    [InlineData(null, "allow")]
    [InlineData("deny", "deny")]
    [InlineData("allow", "allow")]
    public async Task It_is_found_whatever_wildcards_there_are(string? acls, string expected)
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.AclDefaultPolicy = acls);
        var token = acls is null ? null : await agent.CreateTokenAsync($"service \"{Service}\" {{ policy = \"write\" }}");
        var web = MeshCaller.From(await agent.IssueLeafAsync("web"));
        await using var app = await MeshApp.StartAsync(Service, [new("Consul:Address", agent.Address), new("Consul:Token", token)]);
        await app.ReadyAsync();

        foreach (var wildcard in Wildcards)
        {
            if (wildcard is { } present)
                await agent.CreateIntentionAsync("*", present.Destination, present.Allow);
            Assert.Equal(expected, await StartLineAsync(agent, token));
            var served = wildcard?.Allow ?? expected == "allow";
            await Call.UntilAsync(served ? CallEnd.Served : CallEnd.Refused, web, app.Mesh.Port, TimeSpan.FromSeconds(10), $"with * -> {wildcard}");
            if (wildcard is { } gone)
                await agent.DeleteIntentionAsync("*", gone.Destination);
        }

        await Call.UntilAsync(expected == "allow" ? CallEnd.Served : CallEnd.Refused, web, app.Mesh.Port, TimeSpan.FromSeconds(10), "without wildcards");
    }

    private static async Task<object?> StartLineAsync(ConsulAgent agent, string? token)
    {
        using var logs = new ExpectedLogs();
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddExpectedLogs(logs));
        await using var service = await ConnectService.StartAsync(
            options =>
            {
                options.Address = agent.Address;
                options.Token = token;
                options.Connect.Service = Service;
            },
            loggers);
        return (await logs.WaitForAsync("is in the mesh as"))["DefaultPolicy"];
    }
}
