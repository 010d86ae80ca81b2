using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Server;

/// <summary>The name of an identity the server serves; null for the one without.</summary>
internal sealed record ServedName(string? Name);

/// <summary>Every identity this server serves.</summary>
internal sealed class ServedIdentities(IServiceProvider services, IEnumerable<ServedName> names)
{
    public IReadOnlyList<ServedIdentity> All { get; } = [.. names.Select(served => services.GetRequiredKeyedService<ServedIdentity>(served.Name))];

    public bool AnyListener => All.Any(identity => identity.Listeners.Any);

    public bool Contains(ListenOptions listener) => All.Any(identity => identity.Listeners.Contains(listener));
}
