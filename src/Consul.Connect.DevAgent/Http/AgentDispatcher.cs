using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.DevAgent.Http;

/// <summary>Finds the endpoint of a request and writes its answer.</summary>
internal sealed class AgentDispatcher(AgentCore core, RouteTable routes)
{
    private static readonly (string Parameter, string Feature)[] EnterpriseParameters = [("ns", "Namespaces"), ("partition", "Partitions")];

    public async Task AnswerAsync(HttpContext context)
    {
        var path = PathOf(context);
        if (GoPath.Clean(path) is var clean && clean != path)
        {
            await WriteAsync(context, AgentReply.Text(301, $"<a href=\"{clean}\">Moved Permanently</a>.\n\n", "text/html; charset=utf-8").With("Location", clean + context.Request.QueryString));
            return;
        }

        if (routes.Find(path, out var value) is not { } route)
        {
            await WriteAsync(context, AgentReply.Text(404, "Invalid URL path: not a recognized HTTP API endpoint\n"));
            return;
        }

        context.Response.Headers.Vary = "Accept-Encoding";
        context.Response.Headers["X-Consul-Default-Acl-Policy"] = core.Acl.DefaultPolicy;
        try
        {
            await WriteAsync(context, await InvokeAsync(new(context, core, path, value), route));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            core.Log.CallFailed(context.Request.Method, route.Prefix, e);
            await WriteAsync(context, AgentReply.Text(500, e.Message));
        }
    }

    private static async Task<AgentReply> InvokeAsync(AgentCall call, Route route)
    {
        if (call.Method == "OPTIONS")
            return AgentReply.Untyped().With("Allow", route.Allowed);
        var handler = route.Handlers.Find(one => one.Method == call.Method);
        if (handler is null)
            return AgentReply.Text(405, $"method {call.Method} not allowed").With("Allow", route.Allowed);
        try
        {
            if (!handler.IgnoresNamespaces)
                RefuseEnterprise(call);
            return await handler.Answer(call);
        }
        catch (AgentException e)
        {
            var reply = AgentReply.Text(e.Status, e.Message);
            return e.HasReadHeaders ? reply.WithReadHeaders(1, knownLeader: false) : reply;
        }
    }

    private static void RefuseEnterprise(AgentCall call)
    {
        if (!string.IsNullOrEmpty(call.Header("X-Consul-Namespace")))
            throw AgentException.BadRequest("Invalid header: \"X-Consul-Namespace\" - Namespaces are a Consul Enterprise feature");
        foreach (var (parameter, feature) in EnterpriseParameters)
            if (!string.IsNullOrEmpty(call.Parameter(parameter)))
                throw AgentException.BadRequest($"Invalid query parameter: \"{parameter}\" - {feature} are a Consul Enterprise feature");
    }

    // Kestrel leaves %2F in its path, Go decodes it.
    private static string PathOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        return Uri.UnescapeDataString(end < 0 ? target : target[..end]);
    }

    private static async Task WriteAsync(HttpContext context, AgentReply reply)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        if (reply.ContentType.Length > 0)
            response.ContentType = reply.ContentType;
        foreach (var (name, value) in reply.Headers)
            response.Headers[name] = value;
        var content = reply.IsDocument ? GoJson.Write(reply.Document, context.Request.Query.ContainsKey("pretty")) : reply.Content;
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(content, context.RequestAborted);
    }
}
