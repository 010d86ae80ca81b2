namespace ConsulConnect.Client;

/// <summary>What an HttpClient is given. It owns nothing: its disposal closes no connection that another client uses.</summary>
internal sealed class MeshHandler(Outbound outbound) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        outbound.SendAsync(request, cancellationToken);
}
