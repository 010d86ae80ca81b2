using ConsulConnect.Certificates;
using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>One look at all open connections: whose right has ended, and whose grace.</summary>
internal sealed class ConnectionSweep(string service, IAuthorizer authorizer, ICredentialsSource credentials, ConnectAuthorizationOptions options, RevocationReport report, TimeProvider time)
{
    /// <summary>The longest time between two looks: certificates end and knowledge grows old without an event.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // Shorter than any timer, so that a grace of nothing does not spin.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly RunningRequests _requests = new(authorizer, options, time);

    /// <summary>How long until the next look.</summary>
    public TimeSpan Next { get; private set; } = Tick;

    /// <param name="generation">Read before anything is decided.</param>
    public async Task RunAsync(OpenIdentity[] identities, long generation, CancellationToken cancellationToken)
    {
        Next = Tick;
        var tally = report.Begin();
        var current = credentials.Current;
        var chains = new ChainsAgain(current, time);
        var open = new List<(OpenIdentity Identity, OpenConnection[] Connections)>(identities.Length);
        foreach (var identity in identities)
        {
            try
            {
                // Before the decision: who enters later was judged by what holds later.
                var connections = identity.Snapshot();
                open.Add((identity, connections));
                var decision = await DecideAsync(identity, current, cancellationToken);
                Close(connections, identity, decision, chains, tally);
                foreach (var connection in connections)
                    Sooner(connection.AbortAfter(options.RevocationGrace, time, time.GetTimestamp()));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The others must not go unjudged; this one is judged again at the next look.
                report.Failed(identity.Caller, e);
            }
        }

        // After all connections: one caller with many requests that cost much must not keep the others' open.
        foreach (var (identity, connections) in open)
        {
            try
            {
                Requests(connections, identity, generation, tally);
            }
            catch (Exception e)
            {
                report.Failed(identity.Caller, e);
            }
        }

        tally.Report();
    }

    private async ValueTask<IntentionDecision?> DecideAsync(OpenIdentity identity, MeshCredentials? current, CancellationToken cancellationToken)
    {
        if (OwnLeafEnd.Refusal(current, time.GetUtcNow(), identity.Caller, service) is { } ended)
            return ended;
        // What costs a call is asked for at its own pace.
        return authorizer.AskAgainAfter is null ? await authorizer.DecideAsync(identity.Caller, identity.Kind, cancellationToken) : null;
    }

    private void Close(OpenConnection[] connections, OpenIdentity identity, IntentionDecision? decision, ChainsAgain chains, RevocationReport.Tally tally)
    {
        var now = time.GetTimestamp();
        foreach (var connection in connections)
        {
            if (connection.IsGone)
                connection.Dispose();
            else if (decision is { Allowed: false } denied)
                tally.Add(connection.Close(denied, now), identity.Caller, RevocationReport.Of(denied));
            else if (chains.Refusal(connection.Mesh) is (var refusal, var reason))
                tally.Add(connection.Close(refusal, now), identity.Caller, reason);
            else
                tally.Add(connection.EndLifetime(time, now), identity.Caller, CloseReason.Lifetime);
        }
    }

    private void Requests(OpenConnection[] connections, OpenIdentity identity, long generation, RevocationReport.Tally tally)
    {
        if (identity.RequestsJudged == generation && !identity.HasLostRequests)
            return;
        var haveLost = false;
        foreach (var connection in connections)
        {
            // What is closing ends with all that runs on it.
            if (connection.ClosingSince is not null)
                continue;
            var (left, aborted) = _requests.Judge(connection.Mesh);
            haveLost |= left is not null;
            Sooner(left);
            tally.AddRequests(aborted, identity.Caller);
        }

        // Last: what failed on the way is judged again at the next look.
        (identity.RequestsJudged, identity.HasLostRequests) = (generation, haveLost);
    }

    private void Sooner(TimeSpan? left)
    {
        if (left < Next)
            Next = left.Value > Least ? left.Value : Least;
    }
}
