using ConsulConnect;

namespace WebApi;

/// <summary>Calls another service of the mesh for whoever asks on the local endpoint.</summary>
internal static class Calls
{
    public const string Client = "mesh";

    public static async Task AnswerAsync(HttpContext context, ConnectPeer? caller, string service, IHttpClientFactory clients)
    {
        // A caller of the mesh has a right to call this service, not to call others in its name.
        if (caller is not null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // As it was written, query and escapes included.
        var rest = context.Request.Path.ToUriComponent().Split('/', 4).ElementAtOrDefault(3) + context.Request.QueryString.ToUriComponent();
        if (!Uri.TryCreate($"https://{service}.service.consul/{rest}", UriKind.Absolute, out var address))
        {
            await Results.Problem($"\"{service}\" is no name of a service.", statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        try
        {
            using var answer = await clients.CreateClient(Client).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException e) when (!context.Response.HasStarted)
        {
            // The message says who called whom, what went wrong and what the usual cause is.
            await Results.Problem(e.Message, statusCode: StatusCodes.Status502BadGateway).ExecuteAsync(context);
        }
    }
}
