using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect;

/// <summary>The name of an identity of this process; null for the one without.</summary>
internal sealed record IdentityName(string? Name);

/// <summary>Every identity of this process, served or not.</summary>
internal sealed class ConnectServices(IServiceProvider services, IEnumerable<IdentityName> names)
{
    public IReadOnlyList<ConnectService> All { get; } = [.. names.Select(identity => services.GetRequiredKeyedService<ConnectService>(identity.Name))];
}
