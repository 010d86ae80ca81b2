using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>
/// Every request of a mesh connection, decided once on what came over the wire and before anything of the app sees it: answered here, or
/// handed on.
/// </summary>
internal sealed class RequestEnforcement(IAuthorizer authorizer, RequestReport report, ConnectOptions options)
{
    private readonly bool _dropUnderscores = options.RequestNormalization.HeadersWithUnderscoresAction == ConnectUnderscoresAction.DropHeader;
    private readonly bool _audit = options.Authorization.Mode == ConnectAuthorizationMode.Audit;

    public async Task ServeAsync(HttpContext context, MeshConnection connection, ConnectPeer caller, RequestDelegate app)
    {
        var request = connection.Begin(context, _dropUnderscores);
        try
        {
            var decision = connection.Decide(request, authorizer);
            var passes = decision.Allowed || (_audit && IsAudited(decision));
            report.Decided(caller, request, passes);
            await (passes ? app(context) : RefusalAnswer.WriteAsync(context, RefusalAnswer.StatusOf(decision.Reason)));
        }
        finally
        {
            connection.End(request);
        }
    }

    /// <summary>Whether a refusal comes from permissions, or from a target that only rules about paths make a fault.</summary>
    private static bool IsAudited(in IntentionDecision decision) =>
        decision.Reason is DecisionReason.AmbiguousTarget or DecisionReason.PathDisagreement
        || (decision.IsPerRequest && RefusalAnswer.StatusOf(decision.Reason) == StatusCodes.Status403Forbidden);
}
