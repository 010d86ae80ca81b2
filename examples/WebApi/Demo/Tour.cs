using System.Net;

namespace WebApi.Demo;

/// <summary>What the mesh does for an app, shown and checked in a few seconds.</summary>
internal sealed class Tour(DemoAgent agent, DemoIntentions intentions, CallerPort web, CallerPort? reports, CallerPort intruder)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>Whether all was as it should be.</summary>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        var start = Time.GetTimestamp();
        var good = Say(await BecomesAsync(web, answered: true, cancel), "web calls, and is answered.");
        good &= Say(await BecomesAsync(intruder, answered: false, cancel), "intruder calls, and its connection is closed; the log says why.");

        good &= await DecideRequestsAsync(cancel);

        await using var open = await OpenStream.StartAsync(web, cancel);
        await intentions.SetAsync("web", allowed: false, cancel);
        good &= Say(await open.EndsAsync(cancel), "web is forbidden to call: the stream it had open ends.");
        good &= Say(await BecomesAsync(web, answered: false, cancel), "its next connection is closed.");
        await intentions.SetAsync("web", allowed: true, cancel);
        good &= Say(await BecomesAsync(web, answered: true, cancel), "web is allowed again: its next connection is answered.");

        good &= await RotateAsync(cancel);
        Console.WriteLine($"{(good ? "All is as it should be" : "NOT all is as it should be")}, after {Time.GetElapsedTime(start).TotalSeconds:0.0} s.");
        return good;
    }

    private async Task<bool> DecideRequestsAsync(CancellationToken cancel)
    {
        if (reports is null)
        {
            Console.WriteLine("  --  no request is decided by its path: the agent is older than 1.9.");
            return true;
        }

        while (await AskAsync(reports, "/api/orders", cancel) != HttpStatusCode.OK)
            await Task.Delay(Step, Time, cancel);
        return Say(await AskAsync(reports, "/admin/stats", cancel) == HttpStatusCode.Forbidden, "reports calls: one request is answered, another, which a permission of its intention denies, gets 403.");
    }

    private async Task<bool> RotateAsync(CancellationToken cancel)
    {
        if (!agent.IsOnLoopback)
        {
            Console.WriteLine("  --  the certificate authority is not rotated: the agent is not this machine's.");
            return true;
        }

        var before = web.AppsLeaf;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var load = Enumerable.Range(0, 4).Select(_ => LoadAsync(enough.Token)).ToList();
        try
        {
            await agent.RotateRootAsync(cancel);
            // The app takes its new leaf when the agent has one; the load goes on a little beyond that.
            while (web.AppsLeaf == before)
                await Task.Delay(Step, Time, cancel);
            await Task.Delay(10 * Step, Time, cancel);
        }
        finally
        {
            await enough.CancelAsync();
        }

        var counts = await Task.WhenAll(load);
        var (calls, failed) = (counts.Sum(count => count.Calls), counts.Sum(count => count.Failed));
        return Say(failed == 0 && calls > 0, $"the certificate authority has a new root and the app a new leaf: of {calls} calls meanwhile, each on a new connection, {failed} failed.");
    }

    private async Task<(int Calls, int Failed)> LoadAsync(CancellationToken enough)
    {
        var (calls, failed) = (0, 0);
        while (!enough.IsCancellationRequested)
        {
            calls++;
            // To its end, which is not the moment when there have been enough.
            if (!await CallAsync(web, CancellationToken.None))
                failed++;
        }

        return (calls, failed);
    }

    private static async Task<bool> BecomesAsync(CallerPort caller, bool answered, CancellationToken cancel)
    {
        while (await CallAsync(caller, cancel) != answered)
            await Task.Delay(Step, Time, cancel);
        return true;
    }

    /// <summary>Whether a call on a new connection is answered.</summary>
    private static async Task<bool> CallAsync(CallerPort caller, CancellationToken cancel) =>
        await AskAsync(caller, "/whoami", cancel) == HttpStatusCode.OK;

    /// <summary>The answer to a call on a new connection; null when there is none.</summary>
    private static async Task<HttpStatusCode?> AskAsync(CallerPort caller, string path, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await http.GetAsync($"{caller.Url}{path}", cancel);
            return answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private static bool Say(bool holds, string what)
    {
        Console.WriteLine($"  {(holds ? "ok" : "NO")}  {what}");
        return holds;
    }
}
