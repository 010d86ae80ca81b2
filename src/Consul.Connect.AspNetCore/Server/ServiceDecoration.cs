using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Server;

/// <summary>Wraps the registration of a service, whichever the app or the framework has made.</summary>
internal static class ServiceDecoration
{
    public static void Decorate<TService>(this IServiceCollection services, Func<TService, TService> wrap)
        where TService : class => services.Decorate<TService>((app, _) => wrap(app));

    public static void Decorate<TService>(this IServiceCollection services, Func<TService, IServiceProvider, TService> wrap)
        where TService : class
    {
        var index = services.Count - 1;
        while (services[index].ServiceType != typeof(TService) || services[index].IsKeyedService)
            index--;
        var inner = services[index];
        services[index] = ServiceDescriptor.Describe(typeof(TService), provider => wrap(Create<TService>(inner, provider), provider), inner.Lifetime);
    }

    private static TService Create<TService>(ServiceDescriptor inner, IServiceProvider provider) =>
        (TService)(inner.ImplementationInstance
            ?? inner.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!));
}
