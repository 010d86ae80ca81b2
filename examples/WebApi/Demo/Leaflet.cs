using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WebApi.Demo;

/// <summary>What to try, as lines for any shell.</summary>
internal sealed class Leaflet(DemoAgent agent, DemoIntentions intentions, string service, string folder)
{
    /// <param name="reports">Whose requests are decided one by one; null where the agent cannot say so.</param>
    public async Task<string> WriteAsync(CallerPort web, CallerPort? reports, CallerPort intruder, CancellationToken cancel)
    {
        var text = new StringBuilder().AppendLine().AppendLine($"\"{service}\" is in the mesh of the agent at {agent.Address}. Try in another terminal:");
        foreach (var caller in new[] { web, intruder })
        {
            var outcome = await intentions.IsAllowedAsync(caller.Caller, cancel) ? "answered 200" : "the connection is closed, and the reason is printed here, once a minute";
            Add(text, $"call as {caller.Caller}: {outcome}", $"curl {caller.Url}/whoami");
        }

        if (reports is not null)
            Add(text, "call as reports, whose intention decides per request: answered 200, and 403 where a permission denies the path", $"curl {reports.Url}/api/orders", $"curl -i {reports.Url}/admin/stats");
        var turn = await intentions.IsAllowedAsync(intruder.Caller, cancel) ? "forbid" : "allow";
        Add(text, $"{turn} {intruder.Caller} to call \"{service}\"; its next connection is treated so", await intentions.FlipLineAsync(intruder.Caller, cancel));

        if (await intentions.IsAllowedAsync(web.Caller, cancel))
            Add(text, "hold a connection open as web, and forbid web to call meanwhile: within seconds the stream ends", $"curl -N {web.Url}/stream", await intentions.FlipLineAsync(web.Caller, cancel));
        if (service != "billing")
        {
            var local = FreePort();
            Add(
                text,
                $"start the same app as another service of this mesh, and let it call \"{service}\"",
                SecondTerminal(local),
                $"curl http://127.0.0.1:{local}/call/{service}/whoami",
                $"curl {agent.Address}/v1/catalog/services");
        }

        return text.ToString();
    }

    // The new process finds an agent by itself only where all clients of Consul look for one.
    private string SecondTerminal(int local) =>
        $"dotnet run --project \"{Path.TrimEndingDirectorySeparator(folder)}\" -- --Consul:Service:Name=billing"
        + (agent.Address == "http://127.0.0.1:8500" && !agent.IsConfigured ? "" : $" --Consul:Address={agent.Address}")
        + $" --Kestrel:Endpoints:Connect:Url=https://127.0.0.1:0 --Kestrel:Endpoints:Local:Url=http://127.0.0.1:{local}";

    // Free now; the next line needs to know it.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Add(StringBuilder text, string why, params string[] commands)
    {
        text.AppendLine($"  {why}");
        foreach (var command in commands)
            text.AppendLine($"    {command}");
    }
}
