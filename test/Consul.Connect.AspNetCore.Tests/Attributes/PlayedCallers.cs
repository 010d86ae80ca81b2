using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ConsulConnect.Tests.Attributes;

/// <summary>Plays the caller that a header names: <c>web</c>, or <c>namespace/web</c>.</summary>
internal sealed class PlayedCallers : IStartupFilter
{
    public const string Header = "test-caller";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, inner) =>
        {
            if (context.Request.Headers.TryGetValue(Header, out var header))
                context.Features.Set<IConnectPeerFeature>(new Played(Named(header.ToString().Split('/'))));
            return inner(context);
        });
        next(app);
    };

    private static ConnectPeer Named(string[] parts) => parts is [var @namespace, var name] ? ConnectPeer.Create(name, @namespace) : ConnectPeer.Create(parts[0]);

    private sealed record Played(ConnectPeer Peer) : IConnectPeerFeature;
}
