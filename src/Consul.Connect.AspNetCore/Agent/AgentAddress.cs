using System.Net;

namespace ConsulConnect.Agent;

/// <summary>
/// Where the agent listens: <c>host:port</c>, <c>http://</c>, <c>https://</c> or <c>unix:///path</c>. <see cref="object.ToString"/>
/// is fit for a message: an address never carries a secret, since one with credentials is refused.
/// </summary>
internal sealed record AgentAddress
{
    public const string Default = "http://127.0.0.1:8500";

    private const string Forms = "http://host:port, https://host:port, host:port or unix:///path";

    private AgentAddress(string host, int port, string? socketPath, bool tls) =>
        (Host, Port, SocketPath, UsesTls) = (host, port, socketPath, tls);

    /// <summary>A DNS name or an IP address without brackets; <c>localhost</c> for a unix socket.</summary>
    public string Host { get; }

    /// <summary>0 for a unix socket.</summary>
    public int Port { get; }

    /// <summary>The absolute path of a unix socket, or null.</summary>
    public string? SocketPath { get; }

    public bool UsesTls { get; }

    /// <summary>Whether nobody outside this machine can listen in.</summary>
    public bool IsLoopback => SocketPath is not null
        || Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>What request paths are relative to; the host of a unix socket is only a name there.</summary>
    public Uri BaseUri => new UriBuilder(UsesTls ? "https" : "http", Host, SocketPath is null ? Port : -1).Uri;

    /// <summary>The address the options name, or the default.</summary>
    /// <exception cref="FormatException">It is none; the message is fit for a message.</exception>
    public static AgentAddress From(ConsulConnectOptions options)
    {
        var text = string.IsNullOrWhiteSpace(options.Address) ? Default : options.Address;
        var tls = options.Tls;
        var anyTls = (tls.CaFile ?? tls.CaPath ?? tls.CertFile ?? tls.KeyFile ?? tls.ServerName) is not null;
        return Parse(text, options.Origins.UseTls || (anyTls && IsUnix(text)));
    }

    /// <param name="text">One of the four forms.</param>
    /// <param name="tls">Whether an address whose form does not say so speaks TLS: one without scheme, or a unix socket.</param>
    /// <exception cref="FormatException">It is none of them; the message is fit for a message.</exception>
    public static AgentAddress Parse(string text, bool tls = false) =>
        TryParse(text, tls, out var address, out var fault) ? address! : throw new FormatException(fault);

    public static bool TryParse(string text, bool tls, out AgentAddress? address, out string? fault)
    {
        (address, fault) = (null, null);
        text = text.Trim();
        if (IsUnix(text))
            fault = ParseUnix(text["unix://".Length..], tls, out address);
        else if (text.Contains("://", StringComparison.Ordinal))
            fault = ParseUri(text, out address);
        else
            fault = ParseUri((tls ? "https://" : "http://") + text, out address);
        return fault is null;
    }

    public override string ToString() => SocketPath is not null
        ? $"unix://{SocketPath}"
        : BaseUri.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort, UriFormat.UriEscaped);

    private static bool IsUnix(string text) => text.TrimStart().StartsWith("unix://", StringComparison.OrdinalIgnoreCase);

    private static string? ParseUnix(string path, bool tls, out AgentAddress? address)
    {
        address = null;
        if (path.Length < 2 || path[0] != '/')
            return "a unix socket needs an absolute path, as in unix:///var/run/consul.sock";
        if (path.Any(char.IsControl))
            return "the path of the unix socket holds control characters";
        address = new("localhost", 0, path, tls);
        return null;
    }

    private static string? ParseUri(string text, out AgentAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return $"it is none of {Forms}";
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            return $"the scheme {uri.Scheme} is unknown; write {Forms}";
        if (uri.UserInfo.Length > 0)
            return "it carries credentials; a token belongs into Consul:Token or Consul:TokenFile, a user and password into CONSUL_HTTP_AUTH";
        if (uri.AbsolutePath is not ("" or "/") || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            return "it has a path, a query or a fragment; only scheme, host and port can be given";
        if (uri.Port == 0)
            return "port 0 is no port an agent can listen on";
        address = new(uri.IdnHost.Trim('[', ']'), uri.Port, null, uri.Scheme == Uri.UriSchemeHttps);
        return null;
    }
}
