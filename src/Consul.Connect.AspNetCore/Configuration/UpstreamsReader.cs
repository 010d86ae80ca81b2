using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>The upstreams, whose names are free: each is a section, and an empty one is an upstream with the defaults.</summary>
internal static class UpstreamsReader
{
    public static void Read(IConfiguration section, IDictionary<string, ConnectUpstreamOptions> upstreams, List<string> faults)
    {
        foreach (var child in section.GetChildren())
        {
            var path = $"{SectionKeys.Upstream.Path}:{MessageText.Plain(child.Key)}";
            if (!string.IsNullOrEmpty(child.Value))
                faults.Add($$"""{{path}} is a plain value, but takes a section; write { "Service": "…" }.""");
            else
                upstreams[child.Key] = Read(new SectionReader(child, SectionKeys.Upstream, faults, path));
        }
    }

    private static ConnectUpstreamOptions Read(SectionReader section)
    {
        var upstream = new ConnectUpstreamOptions();
        upstream.Service = section.Text("Service");
        upstream.Datacenter = section.Text("Datacenter");
        upstream.Namespace = section.Text("Namespace");
        upstream.Partition = section.Text("Partition");
        upstream.Protocol = section.Choice<ConnectProtocol>("Protocol") ?? upstream.Protocol;
        upstream.Balancer = section.Choice<ConnectBalancing>("Balancer") ?? upstream.Balancer;
        upstream.OnlyPassing = section.Flag("OnlyPassing") ?? upstream.OnlyPassing;
        upstream.Retries = section.Number("Retries") ?? upstream.Retries;
        upstream.Address = section.Text("Address");
        upstream.Identity = section.Text("Identity");
        return upstream;
    }
}
