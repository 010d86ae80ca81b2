namespace ConsulConnect.Configuration;

/// <summary>The services this app calls.</summary>
internal static class UpstreamRules
{
    private const int MostRetries = 5;

    public static void Check(IDictionary<string, ConnectUpstreamOptions> upstreams, List<string> faults)
    {
        foreach (var (name, upstream) in upstreams)
        {
            var path = $"{SectionKeys.Upstream.Path}:{MessageText.Plain(name)}";
            if (NameRules.Explain(name) is { } reason)
                faults.Add($"{path} is named {MessageText.Quote(name)}, {reason}; name it by the first label of the host name it is called by, and its service by {path}:Service.");
            if (upstream is null)
                faults.Add($"{path} is null; remove it, or set its options.");
            else
                Check(path, upstream, faults);
        }
    }

    private static void Check(string path, ConnectUpstreamOptions upstream, List<string> faults)
    {
        NameRules.Check($"{path}:Service", upstream.Service, faults);
        NameRules.Check($"{path}:Datacenter", NullIfEmpty(upstream.Datacenter), faults);
        NameRules.Check($"{path}:Namespace", NullIfEmpty(upstream.Namespace), faults);
        NameRules.Check($"{path}:Partition", NullIfEmpty(upstream.Partition), faults);
        RangeRules.CheckDefined($"{path}:Protocol", upstream.Protocol, faults);
        RangeRules.CheckDefined($"{path}:Balancer", upstream.Balancer, faults);
        if (upstream.Retries is < 0 or > MostRetries)
            faults.Add($"{path}:Retries is {upstream.Retries}; write 0 to {MostRetries}.");
        CheckStatic(path, upstream, faults);
    }

    private static void CheckStatic(string path, ConnectUpstreamOptions upstream, List<string> faults)
    {
        const string Form = "spiffe://<trust domain>/ns/default/dc/dc1/svc/legacy";
        if (upstream.Address is { } address && !HostAndPort.TryParse(address, out _, out var fault))
            faults.Add($"{path}:Address is {MessageText.Quote(address)}, {fault}.");
        if (upstream.Identity is { } identity)
        {
            if (!SpiffeId.TryParse(identity, out var id, out fault))
                faults.Add($"{path}:Identity is {MessageText.Quote(identity)}, which {fault}; write the SPIFFE ID of the service, such as {Form}.");
            else if (id.Kind != SpiffeKind.Service)
                faults.Add($"{path}:Identity is {MessageText.Quote(identity)}, which is not that of a service; write the SPIFFE ID of the service, such as {Form}.");
        }

        if (upstream is { Address: not null, Identity: null })
            faults.Add($"{path}:Address is {MessageText.Quote(upstream.Address)}, but whom to expect there is not said; set {path}:Identity to the SPIFFE ID of the service, such as {Form}.");
        if (upstream is { Address: null, Identity: not null })
            faults.Add($"{path}:Identity is {MessageText.Quote(upstream.Identity)}, but there is no address to expect it at; set {path}:Address to its host:port, or remove it.");
    }

    private static string? NullIfEmpty(string? text) => text is "" ? null : text;
}
