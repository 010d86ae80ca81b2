using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConsulConnect;

/// <summary>
/// The verified service at the other end of a mesh connection: what its leaf certificate says after the chain, the leaf and the
/// SPIFFE ID have been checked. A minimal API may take it as a parameter: a nullable one is null where the request did not come over
/// the mesh, any other implies <see cref="ConnectAuthorizeAttribute"/>.
/// </summary>
public sealed class ConnectPeer : IEndpointParameterMetadataProvider
{
    internal ConnectPeer(string spiffeId, string trustDomain, string partition, string @namespace, string datacenter, string service, string serialNumber, DateTimeOffset notAfter)
    {
        SpiffeId = spiffeId;
        TrustDomain = trustDomain;
        Partition = partition;
        Namespace = @namespace;
        Datacenter = datacenter;
        Service = service;
        SerialNumber = serialNumber;
        NotAfter = notAfter;
    }

    /// <summary>The canonical SPIFFE ID, rebuilt from its parts: <c>spiffe://&lt;trust domain&gt;/ns/default/dc/dc1/svc/web</c>.</summary>
    public string SpiffeId { get; }

    /// <summary>The mesh the peer belongs to, such as <c>1111….consul</c>; always this service's own.</summary>
    public string TrustDomain { get; }

    /// <summary>The admin partition; <c>default</c> on a community agent.</summary>
    public string Partition { get; }

    /// <summary>The namespace; <c>default</c> on a community agent.</summary>
    public string Namespace { get; }

    /// <summary>The datacenter that issued the certificate.</summary>
    public string Datacenter { get; }

    /// <summary>The service name, in the certificate's spelling.</summary>
    public string Service { get; }

    /// <summary>The serial number of the certificate, hexadecimal with colons.</summary>
    public string SerialNumber { get; }

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>
    /// A peer for a test that plays a caller under <c>TestServer</c>: put it into an <see cref="IConnectPeerFeature"/>. It proves
    /// nothing by itself; a real connection's peer comes from its certificate alone.
    /// </summary>
    public static ConnectPeer Create(string service, string @namespace = "default", string datacenter = "dc1", string trustDomain = "test.consul")
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return new($"spiffe://{trustDomain}/ns/{@namespace}/dc/{datacenter}/svc/{service}", trustDomain, "default", @namespace, datacenter, service, "00", DateTimeOffset.MaxValue);
    }

    /// <summary>Lets a minimal API take the caller as a parameter; null where the connection is not a mesh connection.</summary>
    public static ValueTask<ConnectPeer?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(context.Features.Get<IConnectPeerFeature>()?.Peer);
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        if (!IsNullable(parameter))
            builder.Metadata.Add(new ConnectAuthorizeAttribute());
    }

    private static bool IsNullable(ParameterInfo parameter)
    {
        try
        {
            var context = new NullabilityInfoContext();
            // A property of an [AsParameters] type comes as a parameter, too.
            var type = parameter.Member is PropertyInfo property ? context.Create(property) : context.Create(parameter);
            return type.WriteState is NullabilityState.Nullable || type.ReadState is NullabilityState.Nullable;
        }
        catch (InvalidOperationException)
        {
            // The app was published without this knowledge: whoever cannot be asked is taken to need the caller.
            return false;
        }
    }

    /// <summary>The SPIFFE ID.</summary>
    public override string ToString() => SpiffeId;
}

/// <summary>The feature of a mesh connection and of each of its requests that holds the verified caller.</summary>
public interface IConnectPeerFeature
{
    /// <summary>The caller.</summary>
    ConnectPeer Peer { get; }
}
