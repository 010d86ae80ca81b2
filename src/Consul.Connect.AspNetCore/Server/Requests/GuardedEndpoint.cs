using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Server;

/// <summary>Puts a refusal in the place of each endpoint whose requirement will not ask for the decision.</summary>
internal sealed class GuardedEndpoint : IEndpointFeature
{
    // Does nothing, and so leaves the answer to whoever put this in.
    private static readonly Endpoint Refusal = new(_ => Task.CompletedTask, EndpointMetadataCollection.Empty, "Refused: the caller's intention carries permissions, and the endpoint has no [ConnectAuthorize]");

    private Endpoint? _endpoint;

    public Endpoint? Endpoint
    {
        get => _endpoint;
        set => _endpoint = value is null || IsAnnotated(value) ? value : Refusal;
    }

    private static bool IsAnnotated(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
        && endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == ConnectAuthorizeAttribute.PolicyName);
}
