using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Diagnostics;

/// <summary>Something that is not as it should be.</summary>
internal sealed record MeshFinding(HealthStatus Status, string Text);

/// <summary>Everything that is not as it should be at one moment; nothing when all is well.</summary>
internal static class MeshFindings
{
    /// <summary>How old intentions may be before somebody should look.</summary>
    public static readonly TimeSpan OldIntentions = TimeSpan.FromSeconds(60);

    /// <summary>How old roots may be before somebody should look.</summary>
    public static readonly TimeSpan OldRoots = TimeSpan.FromMinutes(5);

    /// <summary>For how long the agent may answer 403: tokens take a while to be known everywhere.</summary>
    public static readonly TimeSpan Denied = TimeSpan.FromSeconds(30);

    private const double WornOut = 0.8;

    private const double TokenWornOut = 0.9;

    public static IReadOnlyList<MeshFinding> Of(ConnectService service, DateTimeOffset now) =>
    [
        .. Leaf(service, now),
        .. Policy(service),
        .. service.Credentials.Watches.Concat(service.Authorizer.Watches).Concat(service.Registrar?.Watches ?? []).SelectMany(watch => Watch(watch, service)),
        .. Entry(service),
        .. Token(service, now),
    ];

    private static IEnumerable<MeshFinding> Leaf(ConnectService service, DateTimeOffset now)
    {
        var error = service.Credentials.LastError;
        if (service.Credentials.Current is not { } current)
        {
            yield return Unhealthy($"no certificate ({error ?? "no answer yet"})");
            yield break;
        }

        DateTimeOffset start = current.Leaf.NotBefore;
        if (current.NotAfter <= now)
            yield return Unhealthy($"the leaf ended at {current.NotAfter.UtcDateTime:u} ({error ?? "no new one yet"})");
        else if (now - start > (current.NotAfter - start) * WornOut)
            yield return Degraded($"the leaf is past 80 % of its life, and ends at {current.NotAfter.UtcDateTime:u} ({error ?? "no new one yet"})");
        else if (error is not null && service.Credentials.Watches.Count == 0)
            yield return Degraded($"the certificate files cannot be used ({error})");
    }

    private static IEnumerable<MeshFinding> Policy(ConnectService service)
    {
        if (!service.Authorizer.IsReady)
            yield return Unhealthy($"no authorization data ({service.Authorizer.LastError ?? "no answer yet"})");
    }

    // A refusal is told by its watch.
    private static IEnumerable<MeshFinding> Entry(ConnectService service)
    {
        if (service.Registrar is { IsStarted: true, IsRegistered: false } registrar && registrar.Watches.All(watch => watch.Denied is not { } denied || denied <= Denied))
            yield return Degraded($"the app is not in the catalog ({registrar.LastError ?? "it is being registered"})");
    }

    private static IEnumerable<MeshFinding> Token(ConnectService service, DateTimeOffset now)
    {
        if (service.TokenLife is { Created: { } created, Expires: { } end } && now - created > (end - created) * TokenWornOut)
            yield return Degraded($"the agent's token {(end <= now ? "ended" : "ends")} at {end.UtcDateTime:u}; give the app another one, with Consul:TokenFile without a restart");
    }

    private static IEnumerable<MeshFinding> Watch(WatchState watch, ConnectService service)
    {
        var because = watch.LastError is { } error ? $" ({error})" : "";
        if (watch.Denied > Denied)
            yield return Unhealthy($"the agent has refused {watch.Name} for {Seconds(watch.Denied)}{because}");
        if (watch.SinceConfirmed is not { } age)
            yield break;

        var isPolicy = watch.Name is "intentions" or "default_policy";
        if (isPolicy && age > service.Options.Connect.Authorization.MaxStaleness)
            yield return Unhealthy($"{watch.Name} are {Seconds(age)} old, past MaxStaleness ({service.Options.Connect.Authorization.MaxStaleness}){because}");
        else if (Limit(watch) is { } limit && age > Quiet(limit, watch, service))
            yield return Degraded($"{watch.Name} were confirmed {Seconds(age)} ago{because}");
    }

    // The leaf's age is its certificate's, and the default policy is asked for each minute.
    private static TimeSpan? Limit(WatchState watch) => watch.Name switch
    {
        "intentions" => OldIntentions,
        "roots" => OldRoots,
        _ => null,
    };

    // In quiet times only an answered wait confirms what we have, and the agent adds a sixteenth to a wait.
    private static TimeSpan Quiet(TimeSpan limit, WatchState watch, ConnectService service)
    {
        var wait = (service.Options.WaitTime * 1.1) + TimeSpan.FromSeconds(10);
        return watch.LastError is null && wait > limit ? wait : limit;
    }

    private static string Seconds(TimeSpan? time) => $"{time?.TotalSeconds:0} s";

    private static MeshFinding Unhealthy(string text) => new(HealthStatus.Unhealthy, text);

    private static MeshFinding Degraded(string text) => new(HealthStatus.Degraded, text);
}
