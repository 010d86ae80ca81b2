namespace ConsulConnect.Client;

/// <summary>What an HttpClient is given. It owns nothing: its disposal closes no connection that another client uses.</summary>
internal sealed class MeshHandler(Outbound outbound) : HttpMessageHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException(
        "HttpClient.Send and the other synchronous methods cannot call the mesh, whose connections are made without blocking a thread; nothing was sent. Use SendAsync.");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        outbound.SendAsync(request, cancellationToken);
}
