using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Server;

/// <summary>How a refusal looks to the caller: a status, and never which rule it was.</summary>
internal static class RefusalAnswer
{
    private const string Grpc = "application/grpc";

    public static int StatusOf(DecisionReason reason) => reason switch
    {
        DecisionReason.MalformedRequest or DecisionReason.AmbiguousTarget or DecisionReason.PathDisagreement => StatusCodes.Status400BadRequest,
        DecisionReason.Unknown or DecisionReason.Stale or DecisionReason.PolicyError => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status403Forbidden,
    };

    /// <param name="status">400, 401, 403 or 503.</param>
    public static Task WriteAsync(HttpContext context, int status)
    {
        if (IsGrpc(context.Request.ContentType))
            return WriteGrpc(context.Response, status);
        context.Response.StatusCode = status;
        return !HttpMethods.IsHead(context.Request.Method) && context.RequestServices?.GetService<IProblemDetailsService>() is { } problems
            ? WriteProblemAsync(context, problems, status)
            : Task.CompletedTask;
    }

    // Not grpc-web, whose callers read the plain status.
    private static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == Grpc.Length || contentType[Grpc.Length] is '+' or ';' or ' ');

    // Headers without a body are what gRPC calls trailers-only.
    private static Task WriteGrpc(HttpResponse response, int status)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = Grpc;
        response.Headers["grpc-status"] = status switch
        {
            StatusCodes.Status400BadRequest => "13",
            StatusCodes.Status401Unauthorized => "16",
            StatusCodes.Status503ServiceUnavailable => "14",
            _ => "7",
        };
        return Task.CompletedTask;
    }

    private static async Task WriteProblemAsync(HttpContext context, IProblemDetailsService problems, int status) =>
        await problems.TryWriteAsync(new()
        {
            HttpContext = context,
            ProblemDetails = { Status = status, Title = ReasonPhrases.GetReasonPhrase(status) },
        });
}
