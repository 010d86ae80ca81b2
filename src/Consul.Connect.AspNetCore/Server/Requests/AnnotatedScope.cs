using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Server;

/// <summary>
/// Serves a request whose permissions annotated endpoints enforce. No other endpoint runs, and no other answer goes out. What a
/// middleware does before it answers it has done: only its answer can be held back.
/// </summary>
internal static class AnnotatedScope
{
    /// <returns>Whether an annotated endpoint has taken the decision, which allows, and its answer stands; else nothing has been answered yet.</returns>
    public static async Task<bool> ServeAsync(HttpContext context, PendingDecision pending, RequestDelegate app)
    {
        var server = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var body = new GuardedBody(server, pending);
        Guard(context.Features, pending, body);
        try
        {
            await app(context);
            if (pending.Stands)
                await body.FlushAsync();
        }
        catch (Exception) when (!pending.Stands)
        {
            // The refusal is the answer; most likely it is what could not be done without it that failed.
        }

        context.Features.Set(server);
        if (pending.Stands)
            return true;
        if (context.Response.HasStarted)
            context.Abort();
        else
            context.Response.Clear();
        return false;
    }

    private static void Guard(IFeatureCollection features, PendingDecision pending, GuardedBody body)
    {
        features.Set<IEndpointFeature>(new GuardedEndpoint());
        features.Set<IHttpResponseBodyFeature>(body);
        if (features.Get<IHttpUpgradeFeature>() is { } upgrade)
            features.Set<IHttpUpgradeFeature>(new GuardedUpgrade(upgrade, pending));
        if (features.Get<IHttpExtendedConnectFeature>() is { } connect)
            features.Set<IHttpExtendedConnectFeature>(new GuardedExtendedConnect(connect, pending));
    }
}
