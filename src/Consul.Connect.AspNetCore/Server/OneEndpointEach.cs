using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>Two identities at one endpoint would leave callers guessing whom they meet. Looked at before either takes it.</summary>
internal sealed class OneEndpointEach(ServedIdentities identities) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        if (identities.All.GroupBy(identity => identity.Service.Options.Endpoint, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } shared)
            throw new InvalidOperationException($"{string.Join(" and ", shared.Select(identity => $"\"{identity.Service.Name}\""))} share the endpoint \"{shared.Key}\"; give each its own, as in builder.WebHost.UseConsulConnect(\"billing\", o => o.Endpoint = \"Billing\").");
    }
}
