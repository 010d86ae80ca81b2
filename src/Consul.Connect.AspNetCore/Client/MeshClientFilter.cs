using Microsoft.Extensions.Http;

namespace ConsulConnect.Client;

/// <summary>A client that calls the mesh.</summary>
/// <param name="Name">Null: all of them, as <c>ConfigureHttpClientDefaults</c> says.</param>
internal sealed record MeshClientName(string? Name);

/// <summary>
/// Sees each mesh client's handler while it is built. Two primary handlers cannot both hold the connections, and whichever was set
/// last would win in silence: with the app's, the client would leave the mesh; with ours, the app's settings would be lost.
/// </summary>
internal sealed class MeshClientFilter(IEnumerable<MeshClientName> clients) : IHttpMessageHandlerBuilderFilter
{
    private readonly HashSet<string?> _clients = [.. clients.Select(client => client.Name)];

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        if (!_clients.Contains(builder.Name) && !_clients.Contains(null))
        {
            next(builder);
            return;
        }

        builder.PrimaryHandler = new NotSet();
        next(builder);
        if (builder.PrimaryHandler is not MeshHandler)
            throw Refuse(builder);
    };

    /// <summary>Gives a client the mesh as its primary handler, unless the app gave it one before.</summary>
    public static void Set(HttpMessageHandlerBuilder builder, HttpMessageHandler mesh)
    {
        if (builder.PrimaryHandler is not (null or NotSet or MeshHandler))
            throw Refuse(builder);
        builder.PrimaryHandler = mesh;
    }

    private static InvalidOperationException Refuse(HttpMessageHandlerBuilder builder) => new(
        $"The HttpClient \"{builder.Name}\" has AddConsulConnect() and a primary handler of its own ({builder.PrimaryHandler?.GetType().Name ?? "null"}), and only one of them can make the connections. "
        + "Remove one; or keep yours without AddConsulConnect(), a SocketsHttpHandler with UseProxy = false and ConnectCallback = connectService.ConnectCallback.");

    private sealed class NotSet : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The client was built without its handler.");
    }
}
