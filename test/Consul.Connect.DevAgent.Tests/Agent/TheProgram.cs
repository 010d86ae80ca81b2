using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Agent;

public sealed class TheProgram
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "DevAgent.dll");
    private static readonly Dictionary<string, string?> NoEnvironment = new() { ["ASPNETCORE_ENVIRONMENT"] = null, ["DOTNET_ENVIRONMENT"] = null };

    [Fact]
    public async Task It_prints_the_line_to_paste_answers_as_configured_and_ends_when_told()
    {
        await using var program = ChildProcess.Start("dotnet", [Program, "--http-port", "0", "--default-intention-policy", "deny"], NoEnvironment);
        var line = await program.WaitForLineAsync(text => text.StartsWith("export CONSUL_HTTP_ADDR=127.0.0.1:", StringComparison.Ordinal));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new("http://" + line.Split('=')[1]) };
        Assert.Contains("\"DefaultIntentionPolicy\":\"deny\"", await http.GetStringAsync("/v1/agent/self"));
        await program.StopAsync();
        Assert.Equal(0, program.ExitCode);
        Assert.Contains("ConsulConnect.DevAgent (development only)", program.Output);
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT"), InlineData("DOTNET_ENVIRONMENT")]
    public async Task It_does_not_start_in_production(string variable)
    {
        var (exitCode, output) = await ChildProcess.RunAsync("dotnet", [Program, "--http-port", "0"], new Dictionary<string, string?>(NoEnvironment) { [variable] = "Production" });
        Assert.NotEqual(0, exitCode);
        Assert.Contains($"does not start because {variable} is Production", output);
    }
}
