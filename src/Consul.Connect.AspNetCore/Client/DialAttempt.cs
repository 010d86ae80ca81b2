using System.Net.Security;
using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

/// <summary>One dial: who calls whom, where, and the words for what may go wrong.</summary>
/// <param name="Caller">This service.</param>
/// <param name="Target">Whom the app called.</param>
/// <param name="Instance">Where it dials.</param>
/// <param name="Expected">Whom it must find there.</param>
/// <param name="Protocol">The one protocol it offers; null: none, for a stream.</param>
internal sealed record DialAttempt(string Caller, ConnectTarget Target, ConnectInstance Instance, ExpectedPeer Expected, SslApplicationProtocol? Protocol)
{
    public bool IsHttp => Protocol is not null;

    private string Service => Expected.Id.Service;

    public ConnectDialException Unreachable(Exception inner) => Failed(
        ConnectDialError.Unreachable,
        $"\"{Caller}\" could not reach \"{Service}\" at {Instance}: {inner.Message}. The instance is in the catalog but does not accept connections; is it gone, or is a firewall between?",
        inner);

    public ConnectDialException NotForDns() => Failed(
        ConnectDialError.Unreachable,
        $"\"{Caller}\" cannot dial \"{Service}\" at {Instance}: that address is a name of the mesh, and DNS is never asked for one. Give its IP address, or a host name outside the mesh's domain; nothing was dialed.");

    public ConnectDialException TimedOut(TimeSpan after, bool isConnected) => Failed(
        ConnectDialError.TimedOut,
        isConnected
            ? $"\"{Service}\" at {Instance} accepted the connection of \"{Caller}\" but did not finish the TLS handshake within {after.TotalSeconds:0.###} s. Is that port served by the mesh?"
            : $"\"{Caller}\" could not reach \"{Service}\" at {Instance} within {after.TotalSeconds:0.###} s. Is a firewall between?");

    public ConnectDialException HandshakeFailed(Exception inner) => Failed(
        ConnectDialError.HandshakeFailed,
        $"The TLS handshake of \"{Caller}\" with \"{Service}\" at {Instance} failed: {(inner.InnerException ?? inner).Message}. Is that port served by the mesh{(Protocol is { } protocol ? $", and does the service speak {protocol}" : "")}? Nothing was sent.",
        inner);

    public ConnectDialException NotVerified(PeerVerdict verdict) => Failed(
        ConnectDialError.NotVerified,
        $"{Instance} did not prove to be \"{Service}\" to \"{Caller}\": {verdict.Detail} Expected was {Expected.Id}; nothing was sent.");

    public ConnectDialException NotMutual() => Failed(
        ConnectDialError.NotVerified,
        $"{Instance} did not ask \"{Caller}\" for a certificate, so it is not a mesh listener of \"{Service}\"; nothing was sent.");

    public ConnectDialException WrongIdentity(ConnectPeer presented) => new(
        ConnectDialError.WrongIdentity,
        Target.ToString(),
        $"{Instance} presented \"{presented.Service}\", expected \"{Service}\". The catalog entry or the certificate of that instance is wrong; nothing was sent. \"{Caller}\" was shown {presented.SpiffeId} and expects {Expected.Id}.")
    {
        Address = Instance.ToString(),
        ExpectedIdentity = Expected.Id.ToString(),
        PresentedIdentity = presented.SpiffeId,
    };

    public ConnectDialException WrongProtocol() => Failed(
        ConnectDialError.WrongProtocol,
        $"\"{Service}\" at {Instance} answered the HTTP/2 of \"{Caller}\" with HTTP/1.1. Set Protocol of this upstream to http1, or ask for HTTP/2 only where it is served.");

    public ConnectDialException AgreedToNothing() => Failed(
        ConnectDialError.WrongProtocol,
        $"\"{Service}\" at {Instance} did not agree to HTTP/2 with \"{Caller}\", nor to anything else, as services behind Consul's built-in proxy do not. A handler of the app's own would speak HTTP/1.1 to it; nothing was sent. Use AddConsulConnect() or ConnectService.CreateHandler(), which speak HTTP/2 without an agreement, or ask for HTTP/1.1.");

    public ConnectDeniedException Refused() => new(
        $"\"{Service}\" refused the connection right after the TLS handshake. The usual cause is an intention that denies \"{Caller}\" -> \"{Service}\". It was dialed at {Instance}.");

    /// <summary>The refusal that an error is, or null when it is something else.</summary>
    public ConnectDeniedException? Refusal(Exception error) =>
        TlsAlert.IsRefusal(error) || (IsHttp && TlsAlert.IsClose(error)) ? Refused() : null;

    private ConnectDialException Failed(ConnectDialError error, string message, Exception? inner = null) => new(error, Target.ToString(), message, inner)
    {
        Address = Instance.ToString(),
        ExpectedIdentity = Expected.Id.ToString(),
    };
}
