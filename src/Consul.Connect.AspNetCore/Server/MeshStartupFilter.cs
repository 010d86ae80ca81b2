using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ConsulConnect.Server;

/// <summary>The outermost middleware, and the last moment before Kestrel binds.</summary>
internal sealed class MeshStartupFilter(IServer server, MeshServer mesh) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var networked = mesh.Prepare(server);
        app.Use(inner => networked ? context => ServeAsync(context, inner) : inner);
        next(app);
    };

    private static Task ServeAsync(HttpContext context, RequestDelegate inner)
    {
        if (context.Features.Get<MeshConnection>() is { Verified: { } caller, Served: { } served } connection)
        {
            // The built-in proxy carries its client's own scheme inside TLS.
            context.Request.Scheme = Uri.UriSchemeHttps;
            context.Features.Set<IHttpAuthenticationFeature>(new MeshUser(caller));
            return served.Requests.ServeAsync(context, connection, caller, inner);
        }

        if (SchemeFits(context))
            return inner(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    // Kestrel itself refuses such requests, but for the switch that mesh connections need, which holds for the whole server.
    private static bool SchemeFits(HttpContext context)
    {
        var tls = context.Features.Get<ITlsHandshakeFeature>() is not null || HttpProtocol.IsHttp3(context.Request.Protocol);
        return HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)
            || context.Request.Scheme.Equals(tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase);
    }
}
