namespace ConsulConnect.Client;

/// <summary>What a request allows: which protocol it takes, and whether its method may be repeated.</summary>
internal static class SentRequest
{
    private const string GrpcType = "application/grpc";

    /// <summary>The upstream decides, unless the request can be carried by one protocol only.</summary>
    public static ConnectProtocol Protocol(HttpRequestMessage request, ConnectProtocol upstream)
    {
        // Versions above 2 would leave by QUIC, past every check of identity.
        if (request.VersionPolicy is HttpVersionPolicy.RequestVersionExact && request.Version.Major > 2)
            throw new HttpRequestException(HttpRequestError.VersionNegotiationError, $"The mesh carries HTTP/1.1 and HTTP/2; this request asks for exactly HTTP/{request.Version}.");
        // What an upgrade asks for exists in HTTP/1.1 only, and what replaced it in HTTP/2 only.
        if (request.Method == HttpMethod.Connect)
            return ConnectProtocol.Http2;
        if (request.Headers.NonValidated is { Count: > 0 } headers && headers.Contains("Upgrade"))
            return ConnectProtocol.Http1;
        if (request.Version.Major >= 2 && (request.VersionPolicy is not HttpVersionPolicy.RequestVersionOrLower || IsGrpc(request.Content)))
            return ConnectProtocol.Http2;
        return request.VersionPolicy is HttpVersionPolicy.RequestVersionExact ? ConnectProtocol.Http1 : upstream;
    }

    public static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete || method == HttpMethod.Options || method == HttpMethod.Trace;

    private static bool IsGrpc(HttpContent? content) =>
        content?.Headers.ContentType?.MediaType is { } type && type.StartsWith(GrpcType, StringComparison.OrdinalIgnoreCase);
}
