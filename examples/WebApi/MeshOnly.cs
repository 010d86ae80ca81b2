using ConsulConnect;

namespace WebApi;

/// <summary>Answers 401 to requests that did not come over the mesh.</summary>
internal sealed class MeshOnly : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<IConnectPeerFeature>() is null ? new(Results.Unauthorized()) : next(context);
}
