using ConsulConnect.Certificates;
using ConsulConnect.Discovery;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Client;

/// <summary>What all pools of one identity share.</summary>
/// <param name="Caller">This service.</param>
/// <param name="Options">The configured upstreams, by first label.</param>
/// <param name="Patience">How long a request waits for the first instances.</param>
internal sealed record PoolServices(string Caller, IUpstreams Upstreams, IDictionary<string, ConnectUpstreamOptions> Options, ICredentialsSource Credentials, OwnCredentials Own, Dialer Dialer, TimeSpan Patience, TimeProvider Time, ILogger Logger);
