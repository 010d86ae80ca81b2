using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Server;

/// <summary>
/// The services of a request that the attribute refuses, until it is answered. The authorization middleware takes from them the one
/// that answers: it is this, whatever the app has registered, before our line or after it. For all other requests it is the app's.
/// </summary>
internal sealed class RefusedServices(IServiceProvider app, int status) : IKeyedServiceProvider, IAuthorizationMiddlewareResultHandler
{
    public object? GetService(Type serviceType) => serviceType == typeof(IAuthorizationMiddlewareResultHandler) ? this : app.GetService(serviceType);

    public object? GetKeyedService(Type serviceType, object? serviceKey) => app.GetKeyedService(serviceType, serviceKey);

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) => app.GetRequiredKeyedService(serviceType, serviceKey);

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) => AnswerAsync(context);

    public Task AnswerAsync(HttpContext context)
    {
        // The app may run its pipeline once more, for a page that explains the status.
        context.RequestServices = app;
        return RefusalAnswer.WriteAsync(context, status);
    }
}
