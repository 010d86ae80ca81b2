using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>Judges the requests under way on a connection that keeps its right: long ones may have lost their own.</summary>
internal sealed class RunningRequests(IAuthorizer authorizer, ConnectAuthorizationOptions options, TimeProvider time)
{
    /// <returns>How long until the next of them has lost its right for as long as the grace, null when none has; and how many ended now.</returns>
    public (TimeSpan? Left, int Aborted) Judge(MeshConnection mesh)
    {
        if (mesh.Verified is not { } caller)
            return default;
        var visit = new Visit(caller, time.GetTimestamp());
        // Under the connection's lock: none of them can end meanwhile and be taken for the next.
        mesh.ForEachRequest(visit, Judge);
        return (visit.Left, visit.Aborted);
    }

    private void Judge(WireRequest request, Visit visit)
    {
        if (!IsLost(request, request.Judge(refused: null, authorizer, visit.Caller)))
        {
            request.LostSince = null;
            return;
        }

        request.LostSince ??= visit.Now;
        var left = options.RevocationGrace - time.GetElapsedTime(request.LostSince.Value, visit.Now);
        if (left > TimeSpan.Zero)
        {
            visit.Left = left < visit.Left ? left : visit.Left ?? left;
            return;
        }

        if (request.IsAborted)
            return;
        request.IsAborted = true;
        request.Abort();
        visit.Aborted++;
    }

    // What would be let pass if it began now is not ended.
    private bool IsLost(WireRequest request, in IntentionDecision now)
    {
        if (options.Mode == ConnectAuthorizationMode.Audit)
            return !now.Allowed && !RequestEnforcement.IsAudited(now);
        // It began when the caller's intention had no permissions, and runs where they are not enforced.
        return !now.Allowed || (now.IsPerRequest && request.Pending is { Decision.IsPerRequest: false, Taken: false });
    }

    private sealed class Visit(ConnectPeer caller, long now)
    {
        public ConnectPeer Caller { get; } = caller;

        public long Now { get; } = now;

        public TimeSpan? Left { get; set; }

        public int Aborted { get; set; }
    }
}
