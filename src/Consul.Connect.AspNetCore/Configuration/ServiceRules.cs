using System.Net;
using System.Text;

namespace ConsulConnect.Configuration;

/// <summary>The entry in the catalog, within what an agent accepts and callers can use.</summary>
internal static class ServiceRules
{
    public static void Check(ConsulServiceOptions service, List<string> faults)
    {
        if (service.Id is { } id && ExplainId(id) is { } reason)
            faults.Add($"Consul:Service:Id is {MessageText.Quote(id)}, {reason}; write for example \"orders-1\", or remove it.");
        if (service.Address is { } address)
            CheckAddress(address, faults);
        if (service.Port is < 0 or > 65535)
            faults.Add($"Consul:Service:Port is {service.Port}; write 1 to 65535, or 0 for the port the mesh listener is bound to.");
        CheckMeta(service.Meta, faults);
    }

    private static string? ExplainId(string id) =>
        string.IsNullOrWhiteSpace(id) ? "which is blank"
        : id is "." or ".." ? "which is no id but a step in a path"
        : id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '/') ? "and blanks, control characters and \"/\" have no place in an id"
        : null;

    private static void CheckAddress(string address, List<string> faults)
    {
        var kind = Uri.CheckHostName(address);
        if (kind is UriHostNameType.Unknown or UriHostNameType.Basic || address.StartsWith('['))
            faults.Add($"Consul:Service:Address is {MessageText.Quote(address)}, which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.");
        else if (IPAddress.TryParse(address, out var ip) && IsWildcard(ip))
            faults.Add($"Consul:Service:Address is {MessageText.Quote(address)}, which no caller can dial; write an address callers reach, or remove it for the node's own.");
    }

    private static bool IsWildcard(IPAddress ip) =>
        (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip) is var plain && (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any));

    private static void CheckMeta(IDictionary<string, string> meta, List<string> faults)
    {
        if (meta.Count > 64)
            faults.Add($"Consul:Service:Meta has {meta.Count} pairs, and an agent accepts 64; remove some.");
        foreach (var (key, value) in meta)
        {
            if (key.Length == 0 || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
                faults.Add($"Consul:Service:Meta has the key {MessageText.Quote(key)}, and an agent accepts letters, digits, \"_\" and \"-\" only; rename it.");
            if (key.StartsWith("consul-", StringComparison.Ordinal))
                faults.Add($"Consul:Service:Meta has the key {MessageText.Quote(key)}, and an agent keeps the prefix consul- to itself; rename it.");
            if (Encoding.UTF8.GetByteCount(key) is > 128 and var keyLength)
                faults.Add($"Consul:Service:Meta:{MessageText.Plain(key)} is a key of {keyLength} bytes, and an agent accepts 128; shorten it.");
            if (Encoding.UTF8.GetByteCount(value) is > 512 and var length)
                faults.Add($"Consul:Service:Meta:{MessageText.Plain(key)} is a value of {length} bytes, and an agent accepts 512; shorten it.");
        }
    }
}
