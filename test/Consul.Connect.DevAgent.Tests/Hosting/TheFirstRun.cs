using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Hosting;

/// <summary>The example as its user starts it: no Consul, no settings but the ports.</summary>
[Collection(nameof(TheFirstRun))]
public sealed partial class TheFirstRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_tour_ends_well()
    {
        var (exitCode, output) = await ChildProcess.RunAsync("dotnet", Arguments("--demo"), Environment(), Patience);

        Assert.True(exitCode == 0, output);
        Assert.Contains("All is as it should be", output);
        Assert.DoesNotContain(":8443", output);
        Assert.Matches("of [1-9][0-9]* calls meanwhile, each on a new connection, 0 failed", output);
        Assert.Matches("intruder was refused by \"orders\" \\(intention_denied\\)", output);
        Assert.Matches("GET /admin/stats of [^ ]*/svc/reports was refused by \"orders\" \\(intention_denied; reports -> orders, permission 0\\)", output);
        Assert.Contains("ok  web is forbidden to call: the stream it had open ends.", output);
    }

    [Fact]
    public async Task The_printed_lines_do_what_they_say()
    {
        await using var app = ChildProcess.Start("dotnet", Arguments(), Environment());
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
        await app.WaitForLineAsync(line => line.EndsWith("/v1/catalog/services", StringComparison.Ordinal), Patience);
        var lines = app.Output.Split('\n').Select(line => line.Trim()).ToList();
        var (web, intruder) = (After(lines, "call as web: answered 200"), After(lines, "call as intruder: the connection is closed, and the reason is printed here, once a minute"));

        Assert.Contains("\"service\":\"web\"", await http.GetStringAsync(UrlOf(web)));
        await Eventually.HoldsAsync("the intruder is refused", async _ => !await AnswersAsync(http, UrlOf(intruder)));
        await app.WaitForLineAsync(line => line.Contains("intruder was refused by \"orders\" (intention_denied)", StringComparison.Ordinal));

        const string Reports = "call as reports, whose intention decides per request: answered 200, and 403 where a permission denies the path";
        var (orders, stats) = (After(lines, Reports), After(lines, After(lines, Reports)));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (await StatusAsync(http, UrlOf(orders)), await StatusAsync(http, UrlOf(stats))));

        var flip = After(lines, "allow intruder to call \"orders\"; its next connection is treated so");
        Assert.StartsWith("curl -X DELETE ", flip);
        using var flipped = await http.DeleteAsync(UrlOf(flip));
        flipped.EnsureSuccessStatusCode();
        await Eventually.HoldsAsync("the intruder is let in", async _ => await AnswersAsync(http, UrlOf(intruder)));

        var hold = After(lines, "hold a connection open as web, and forbid web to call meanwhile: within seconds the stream ends");
        await using (var stream = await http.GetStreamAsync(UrlOf(hold)))
        {
            await stream.ReadExactlyAsync(new byte[1]);
            await PutAsync(http, After(lines, hold));
            await ToItsEndAsync(stream).WaitAsync(Patience);
        }

        await Eventually.HoldsAsync("web is refused", async _ => !await AnswersAsync(http, UrlOf(web)));

        await using var billing = await StartSecondAsync(lines);
        var call = After(lines, Second(lines));
        Assert.StartsWith("curl ", call);
        Assert.Contains("\"service\":\"billing\"", await Eventually.ReadsAsync("billing calls orders", cancel => http.GetStringAsync(UrlOf(call), cancel), _ => true));
        await Eventually.HoldsAsync("both are in the catalog", async cancel =>
            await http.GetStringAsync(UrlOf(After(lines, call)), cancel) is var services && services.Contains("\"billing\"", StringComparison.Ordinal) && services.Contains("\"orders\"", StringComparison.Ordinal));
        await billing.StopAsync();
        await app.StopAsync();
        Assert.Equal((0, 0), (billing.ExitCode, app.ExitCode));
    }

    [Fact]
    public async Task A_second_process_calls_the_first_and_says_why_when_it_cannot()
    {
        await using var app = ChildProcess.Start("dotnet", Arguments(), Environment());
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
        await app.WaitForLineAsync(line => line.EndsWith("/v1/catalog/services", StringComparison.Ordinal), Patience);
        var lines = app.Output.Split('\n').Select(line => line.Trim()).ToList();
        await using var billing = await StartSecondAsync(lines);
        var whoami = UrlOf(After(lines, Second(lines)));
        await Eventually.ReadsAsync("billing calls orders", cancel => http.GetStringAsync(whoami, cancel), answer => answer.Contains("\"service\":\"billing\"", StringComparison.Ordinal));

        // The status and the body are what the other service said.
        Assert.StartsWith("[", await http.GetStringAsync(new Uri(whoami, "/call/orders/api/orders?all=%2f")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, new(whoami, "/call/orders/api/orders/999")));

        var unknown = await ProblemAsync(http, new(whoami, "/call/nobody/whoami"));
        Assert.Contains("\"billing\" cannot call nobody.service.consul", unknown);

        // A caller of the mesh cannot use the name of the one it calls.
        var web = UrlOf(After(lines, "call as web: answered 200"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, new(web, "/call/billing/whoami")));

        var agent = UrlOf(After(lines, After(lines, Second(lines))));
        using (var denied = await http.PutAsync(new Uri(agent, "/v1/connect/intentions/exact?source=billing&destination=orders"), new StringContent("{\"Action\":\"deny\"}")))
            denied.EnsureSuccessStatusCode();
        await Eventually.HoldsAsync("billing is refused", async cancel => await StatusAsync(http, whoami) == HttpStatusCode.BadGateway);
        Assert.Contains("an intention that denies \"billing\" -> \"orders\"", await ProblemAsync(http, whoami));
    }

    private static async Task<ChildProcess> StartSecondAsync(List<string> lines)
    {
        var second = Second(lines);
        Assert.Contains($"--project \"{Folder}\"", second);
        var billing = ChildProcess.Start("dotnet", [Assembly, .. second[(second.IndexOf(" -- ", StringComparison.Ordinal) + 4)..].Split(' ')], Environment());
        await billing.WaitForLineAsync(line => line.Contains("\"billing\" is in the mesh as", StringComparison.Ordinal), Patience);
        return billing;
    }

    private static string Second(List<string> lines) => After(lines, "start the same app as another service of this mesh, and let it call \"orders\"");

    private static async Task<string> ProblemAsync(HttpClient http, Uri address)
    {
        using var answer = await http.GetAsync(address);
        Assert.Equal((HttpStatusCode.BadGateway, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>();
    }

    private static string Folder => Path.Combine(Repository.Root, "examples", "WebApi");

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "WebApi.dll");

    private static string[] Arguments(params string[] first) =>
        [Assembly, .. first, "--Kestrel:Endpoints:Connect:Url=https://127.0.0.1:0", "--Kestrel:Endpoints:Local:Url=http://127.0.0.1:0"];

    private static Dictionary<string, string?> Environment() => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DOTNET_ENVIRONMENT"] = null,
        ["ASPNETCORE_CONTENTROOT"] = Folder,
        ["CONSUL_HTTP_ADDR"] = null,
    };

    private static string After(List<string> lines, string line) => lines[lines.IndexOf(line) + 1];

    private static Uri UrlOf(string command) => new(Url().Match(command).Value);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, Uri address)
    {
        using var answer = await http.GetAsync(address);
        return answer.StatusCode;
    }

    // curl -X PUT -d "{\"…\":\"…\"}" "http://…", as a shell reads it.
    private static async Task PutAsync(HttpClient http, string command)
    {
        Assert.StartsWith("curl -X PUT -d ", command);
        var body = command[(command.IndexOf('{', StringComparison.Ordinal))..(command.IndexOf('}', StringComparison.Ordinal) + 1)].Replace("\\", "", StringComparison.Ordinal);
        using var answer = await http.PutAsync(UrlOf(command), new StringContent(body));
        answer.EnsureSuccessStatusCode();
    }

    private static async Task ToItsEndAsync(Stream stream)
    {
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Cut off.
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex("http://[^\" ]+")]
    private static partial Regex Url();
}
