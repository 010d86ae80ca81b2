using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Server;

/// <summary>How a refusal looks to the caller: a status, and never which rule it was.</summary>
internal static class RefusalAnswer
{
    /// <param name="status">400, 401, 403 or 503.</param>
    public static Task WriteAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
