using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.DevAgent.Tests.Samples;

internal static class FactoryAddresses
{
    /// <summary>Where the app serves the mesh.</summary>
    public static Uri MeshAddress(this WebApplicationFactory<Program> factory) =>
        new(factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("https://", StringComparison.Ordinal)));
}
