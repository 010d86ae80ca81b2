using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Information, "\"{Service}\" is in the mesh as {SpiffeId}, serving at {Endpoints}; agent {Agent}; provider {Provider}, default policy {DefaultPolicy}.")]
    public static partial void Started(ILogger logger, string service, string spiffeId, string endpoints, string agent, ConnectAuthorizationProvider provider, string defaultPolicy);

    [LoggerMessage(402, LogLevel.Information, "Running under a test server: no agent is asked and nothing is registered. A test plays a caller by setting IConnectPeerFeature.")]
    public static partial void UnderTestServer(ILogger logger);

    [LoggerMessage(403, LogLevel.Information, "\"{Service}\" is not registered, although {Definition} is set: there is no mesh listener for callers to dial, and no port in the definition.")]
    public static partial void NothingToRegister(ILogger logger, string service, string definition);

    [LoggerMessage(404, LogLevel.Error, "The changed configuration of {Section} could not be read ({Fault}); what was in use stays.")]
    public static partial void ReloadFailed(ILogger logger, string section, string fault);

    [LoggerMessage(410, LogLevel.Information, "A caller without a client certificate was refused; browsers, probes and load balancers belong on another endpoint.")]
    public static partial void NoClientCertificate(ILogger logger);

    [LoggerMessage(411, LogLevel.Debug, "A caller was refused in the handshake ({Reason}): {Detail}")]
    public static partial void PeerRefused(ILogger logger, string reason, string? detail);

    [LoggerMessage(412, LogLevel.Debug, "A handshake was refused because there is no certificate to serve: {Why}.")]
    public static partial void HandshakeWithoutCredentials(ILogger logger, string why);

    [LoggerMessage(415, LogLevel.Warning, "\"{Service}\" refuses every caller: its own leaf ended at {NotAfter:u}, and no new one has come. The reason stands in earlier lines about the leaf; callers are served again when one comes.")]
    public static partial void LeafEnded(ILogger logger, string service, DateTime notAfter);

    [LoggerMessage(413, LogLevel.Debug, "A connection that had sent no complete ClientHello was closed because too many handshakes are under way.")]
    public static partial void HandshakeShed(ILogger logger);

    [LoggerMessage(414, LogLevel.Debug, "A handshake was given up because the TLS library cannot take what the caller sent ({Fault}), such as a server name that is none.")]
    public static partial void HandshakeFaulted(ILogger logger, string fault);

    [LoggerMessage(430, LogLevel.Information, "\"{Service}\" closed {Count} connections ({Reasons}) of {Callers}.")]
    public static partial void ConnectionsClosed(ILogger logger, string service, int count, string reasons, string callers);

    [LoggerMessage(431, LogLevel.Information, "\"{Service}\" aborted {Count} requests under way that their callers may not make any more: {Callers}.")]
    public static partial void RequestsAborted(ILogger logger, string service, int count, string callers);

    [LoggerMessage(432, LogLevel.Error, "The open connections of {Caller} could not be judged ({Fault}); they are judged again within a second.")]
    public static partial void JudgingFailed(ILogger logger, string caller, string fault);

    [LoggerMessage(420, LogLevel.Information, "{Caller} was refused by \"{Service}\" ({Reason}): {Explanation}")]
    public static partial void ConnectionDenied(ILogger logger, string caller, string service, string reason, string explanation);

    [LoggerMessage(421, LogLevel.Debug, "{Caller} was refused by \"{Service}\" again ({Reason}): {Explanation}", EventName = "ConnectionDeniedAgain")]
    public static partial void ConnectionDeniedAgain(ILogger logger, string caller, string service, string reason, string explanation);

    [LoggerMessage(422, LogLevel.Information, "{Method} {Path} of {Caller} was refused by \"{Service}\" ({Reason}; {Rule}): {Explanation}")]
    public static partial void RequestDenied(ILogger logger, string method, string path, string caller, string service, string reason, string rule, string explanation);

    [LoggerMessage(423, LogLevel.Debug, "{Method} {Path} of {Caller} was refused by \"{Service}\" again ({Reason}; {Rule}): {Explanation}", EventName = "RequestDeniedAgain")]
    public static partial void RequestDeniedAgain(ILogger logger, string method, string path, string caller, string service, string reason, string rule, string explanation);

    [LoggerMessage(424, LogLevel.Information, "{Method} {Path} of {Caller} passed, and would be refused by \"{Service}\" if permissions were enforced ({Reason}; {Rule}): {Explanation}")]
    public static partial void RequestAudited(ILogger logger, string method, string path, string caller, string service, string reason, string rule, string explanation);

    [LoggerMessage(425, LogLevel.Debug, "{Method} {Path} of {Caller} passed again, and would be refused by \"{Service}\" if permissions were enforced ({Reason}; {Rule}): {Explanation}", EventName = "RequestAuditedAgain")]
    public static partial void RequestAuditedAgain(ILogger logger, string method, string path, string caller, string service, string reason, string rule, string explanation);

    [LoggerMessage(450, LogLevel.Debug, "[ConnectAuthorize] of {Endpoint} refused a request: {Why}.")]
    public static partial void RefusedByAttribute(ILogger logger, string? endpoint, string why);
}
