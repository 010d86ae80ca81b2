using System.Globalization;

namespace ConsulConnect;

/// <summary>An address as people write it: <c>10.0.0.7:9443</c>, <c>legacy.example:9443</c>, <c>[::1]:9443</c>.</summary>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <param name="fault">What is wrong, to follow the address.</param>
    public static bool TryParse(string address, out HostAndPort parsed, out string fault)
    {
        parsed = default;
        fault = "which is not host:port; write for example 10.0.0.7:9443, or [::1]:9443";
        var colon = address.LastIndexOf(':');
        if (colon <= 0)
            return false;
        var host = address[..colon];
        var isBracketed = host is ['[', .., ']'];
        if (isBracketed)
            host = host[1..^1];
        var kind = Uri.CheckHostName(host);
        if (isBracketed != (kind is UriHostNameType.IPv6) || kind is UriHostNameType.Unknown or UriHostNameType.Basic)
            return false;
        if (!int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            fault = "whose port is not one of 1 to 65535";
            return false;
        }

        parsed = new(host, port);
        return true;
    }
}
