using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConsulConnect.Server;

/// <summary>The listeners Kestrel has, from code and from configuration; it shows them to nobody before it binds.</summary>
internal static class KestrelListeners
{
    public static IReadOnlyList<ListenOptions> Of(KestrelServerOptions options)
    {
        try
        {
            return GetListenOptions(options);
        }
        catch (MissingMethodException e)
        {
            throw new InvalidOperationException("This version of Kestrel does not show which listeners an app has; name the mesh's own: \"Kestrel\": { \"Endpoints\": { \"Connect\": { \"Url\": \"https://*:8443\" } } }.", e);
        }
    }

    /// <summary>Kestrel's own wording of an address starts with the scheme it serves.</summary>
    public static bool HasTls(ListenOptions listener) => listener.ToString()?.StartsWith("https://", StringComparison.Ordinal) is true;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetListenOptions")]
    private static extern ListenOptions[] GetListenOptions(KestrelServerOptions options);
}
