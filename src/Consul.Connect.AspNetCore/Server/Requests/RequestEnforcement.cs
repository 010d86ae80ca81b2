using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>
/// Every request of a mesh connection, decided once on what came over the wire and before anything of the app sees it: answered here, or
/// handed on.
/// </summary>
internal sealed class RequestEnforcement(IAuthorizer authorizer, RequestReport report, ConnectOptions options)
{
    private readonly UnderscoredHeaders _underscored = RequestReading.Of(options.RequestNormalization).UnderscoredHeaders;
    private readonly bool _isAudit = options.Authorization.Mode == ConnectAuthorizationMode.Audit;
    private readonly bool _isLeftToEndpoints = options.Authorization is { Scope: ConnectAuthorizationScope.AnnotatedEndpoints, Mode: ConnectAuthorizationMode.Enforce };

    public async Task ServeAsync(HttpContext context, MeshConnection connection, ConnectPeer caller, RequestDelegate app)
    {
        var request = connection.Begin(context, _underscored);
        try
        {
            var decision = connection.Decide(request, authorizer);
            if (_isLeftToEndpoints)
            {
                context.Features.Set(request.Pending = new(decision));
                if (decision.IsPerRequest && IsAboutPermissions(decision))
                {
                    await ServeAnnotatedAsync(context, request, request.Pending, caller, app);
                    return;
                }
            }

            var passes = decision.Allowed || (_isAudit && IsAudited(decision));
            report.Decided(caller, request, decision, passes);
            await (passes ? app(context) : RefusalAnswer.WriteAsync(context, RefusalAnswer.StatusOf(decision.Reason)));
        }
        finally
        {
            connection.End(request);
        }
    }

    private async Task ServeAnnotatedAsync(HttpContext context, WireRequest request, PendingDecision pending, ConnectPeer caller, RequestDelegate app)
    {
        var decision = pending.Decision;
        if (await AnnotatedScope.ServeAsync(context, pending, app))
        {
            report.Decided(caller, request, decision, passes: true);
            return;
        }

        // What holds for connections holds here: no permission, no entry.
        var refusal = pending.Taken && !decision.Allowed ? decision : new IntentionDecision(false, DecisionReason.Permissions, "The caller's intention carries permissions, which are enforced on endpoints with [ConnectAuthorize] alone, and no such endpoint answered.")
        {
            Intention = decision.Intention,
            IsPerRequest = true,
        };
        report.Decided(caller, request, refusal, passes: false);
        if (!context.Response.HasStarted)
            await RefusalAnswer.WriteAsync(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>Whether a refusal comes from permissions, or from a target that only rules about paths make a fault.</summary>
    public static bool IsAudited(in IntentionDecision decision) =>
        decision.Reason is DecisionReason.AmbiguousTarget or DecisionReason.PathDisagreement
        || (decision.IsPerRequest && IsAboutPermissions(decision));

    private static bool IsAboutPermissions(in IntentionDecision decision) =>
        decision.Allowed || RefusalAnswer.StatusOf(decision.Reason) == StatusCodes.Status403Forbidden;
}
