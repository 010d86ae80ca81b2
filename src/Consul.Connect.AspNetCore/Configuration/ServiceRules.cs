using System.Net;
using System.Text;

namespace ConsulConnect.Configuration;

/// <summary>The entry in the catalog, within what an agent accepts and callers can use.</summary>
/// <param name="path">Where the definition stands.</param>
/// <param name="faults">Takes what no agent accepts, or no caller can use.</param>
/// <param name="hints">Takes what an agent changes without a word.</param>
internal sealed class ServiceRules(string path, List<string> faults, List<string> hints)
{
    public void Check(ConsulServiceOptions service)
    {
        if (service.Id is { } id && ExplainId(id) is { } reason)
            faults.Add($"{path}:Id is {MessageText.Quote(id)}, {reason}; write for example \"orders-1\", or remove it.");
        if (service.Address is { } address)
            CheckAddress($"{path}:Address", address, "remove it for the node's own");
        if (service.Port is < 0 or > 65535)
            faults.Add($"{path}:Port is {service.Port}; write 1 to 65535, or 0 for the port the mesh listener is bound to.");
        CheckMeta(service.Meta);
        if (service.Weights is { } weights)
            CheckWeights(weights);
        foreach (var (tag, tagged) in service.TaggedAddresses)
            CheckTagged($"{path}:TaggedAddresses:{MessageText.Plain(tag)}", tag, tagged);
        CheckChecks(service);
    }

    private static string? ExplainId(string id) =>
        string.IsNullOrWhiteSpace(id) ? "which is blank"
        : id is "." or ".." ? "which is no id but a step in a path"
        : id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '/') ? "and blanks, control characters and \"/\" have no place in an id"
        : null;

    private static bool IsWildcard(IPAddress ip) =>
        (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip) is var plain && (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any));

    private void CheckAddress(string key, string address, string otherwise)
    {
        var kind = Uri.CheckHostName(address);
        if (kind is UriHostNameType.Unknown or UriHostNameType.Basic || address.StartsWith('['))
            faults.Add($"{key} is {MessageText.Quote(address)}, which is neither an IP address nor a host name; write it without scheme, port and brackets, or remove it.");
        else if (IPAddress.TryParse(address, out var ip) && IsWildcard(ip))
            faults.Add($"{key} is {MessageText.Quote(address)}, which no caller can dial; write an address callers reach, or {otherwise}.");
    }

    private void CheckMeta(IDictionary<string, string> meta)
    {
        if (meta.Count > 64)
            faults.Add($"{path}:Meta has {meta.Count} pairs, and an agent accepts 64; remove some.");
        foreach (var (key, value) in meta)
        {
            if (key.Length == 0 || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
                faults.Add($"{path}:Meta has the key {MessageText.Quote(key)}, and an agent accepts letters, digits, \"_\" and \"-\" only; rename it.");
            if (key.StartsWith("consul-", StringComparison.Ordinal))
                faults.Add($"{path}:Meta has the key {MessageText.Quote(key)}, and an agent keeps the prefix consul- to itself; rename it.");
            if (Encoding.UTF8.GetByteCount(key) is > 128 and var keyLength)
                faults.Add($"{path}:Meta:{MessageText.Plain(key)} is a key of {keyLength} bytes, and an agent accepts 128; shorten it.");
            if (Encoding.UTF8.GetByteCount(value) is > 512 and var length)
                faults.Add($"{path}:Meta:{MessageText.Plain(key)} is a value of {length} bytes, and an agent accepts 512; shorten it.");
        }
    }

    private void CheckWeights(ConsulServiceWeights weights)
    {
        if (weights.Passing is < 1 or > 65535)
            faults.Add($"{path}:Weights:Passing is {weights.Passing}; write 1 to 65535.");
        if (weights.Warning is < 0 or > 65535)
            faults.Add($"{path}:Weights:Warning is {weights.Warning}; write 0 to 65535, where 0 takes the instance out while a check warns.");
    }

    private void CheckTagged(string key, string tag, ConsulTaggedAddress tagged)
    {
        if (string.IsNullOrWhiteSpace(tag))
            faults.Add($"{path}:TaggedAddresses has a blank tag; name it, such as \"wan\".");
        else if (tagged is null || string.IsNullOrWhiteSpace(tagged.Address))
            faults.Add($"{key}:Address is not set; write an address callers reach, or remove the tag.");
        else
            CheckAddress($"{key}:Address", tagged.Address, "remove the tag");
        if (tagged?.Port is < 0 or > 65535)
            faults.Add($"{key}:Port is {tagged.Port}; write 1 to 65535, or 0 for the instance's port.");
    }

    private void CheckChecks(ConsulServiceOptions service)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < service.Checks.Count; i++)
        {
            var place = $"{path}:{service.Checks[i]?.Place ?? $"Checks:{i}"}";
            if (service.Checks[i] is not { } check)
            {
                faults.Add($"{place} is null; remove it, or set its options.");
                continue;
            }

            new CheckRules(place, faults, hints).Check(check, service);
            if (check.Id is { } id && !places.TryAdd(id, place))
                faults.Add($"{place}:Id is {MessageText.Quote(id)}, and so is {places[id]}:Id, but an agent keeps one check of an id; write another, or remove both for ids of the agent's form.");
        }
    }
}
