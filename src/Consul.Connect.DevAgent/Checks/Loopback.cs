using System.Globalization;
using System.Net;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>This agent asks nobody beyond the machine it runs on.</summary>
internal static class Loopback
{
    public const string NotRun = "not run: the development agent checks loopback addresses only";

    public static bool IsTarget(CheckDefinition check) => check.Kind switch
    {
        CheckKind.Http => Uri.TryCreate(check.Http, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.IsLoopback,
        CheckKind.Tcp => Split(check.Tcp) is { Host: var host, Port: > 0 and <= ushort.MaxValue } && (host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip))),
        _ => false,
    };

    /// <summary>The port is 0 when there is none.</summary>
    public static (string Host, int Port) Split(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon > 0 && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (address[..colon].Trim('[', ']'), port)
            : (address, 0);
    }
}
