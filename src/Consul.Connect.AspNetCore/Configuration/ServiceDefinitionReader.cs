using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// Reads a pasted service definition in either of Consul's spellings: that of the HTTP API, or that of agent files, which may also
/// stand below a <c>service</c> object.
/// </summary>
internal static class ServiceDefinitionReader
{
    public static ConsulServiceOptions Read(IConfigurationSection section, List<string> faults)
    {
        var path = SectionKeys.Service.Path;
        if (section.GetSection("service") is var inner && inner.GetChildren().Any())
        {
            foreach (var sibling in section.GetChildren().Where(child => !child.Key.Equals("service", StringComparison.OrdinalIgnoreCase)))
                faults.Add($"{path}:{MessageText.Plain(sibling.Key)} stands beside {path}:service, which holds the whole definition; move it in there.");
            (section, path) = (inner, $"{path}:service");
        }

        var reader = new SectionReader(section, SectionKeys.Service, faults, path);
        var service = new ConsulServiceOptions
        {
            Name = reader.Text("Name"),
            Id = reader.Text("Id"),
            Address = reader.Text("Address"),
            Port = reader.Number("Port") ?? 0,
        };
        if (reader.Section("Tags", """[ "v2" ]""") is { } tags)
            ReadTags(tags, $"{path}:Tags", service.Tags, faults);
        if (reader.Section("Meta", """{ "team": "sales" }""") is { } meta)
            ReadMeta(meta, $"{path}:Meta", service.Meta, faults);
        if (reader.Section("Connect", """{ "Native": true }""") is { } connect
            && new SectionReader(connect, SectionKeys.ServiceConnect, faults, $"{path}:Connect").Flag("Native") is false)
            faults.Add($"{path}:Connect:Native is false, but an app that joins the mesh itself is native; write true or remove it.");
        return service;
    }

    private static void ReadTags(IConfigurationSection section, string path, IList<string> tags, List<string> faults)
    {
        foreach (var tag in section.GetChildren())
        {
            if (tag.GetChildren().Any() || !int.TryParse(tag.Key, out _))
                faults.Add($"{path}:{MessageText.Plain(tag.Key)} is no element of a list of texts; write \"Tags\": [ \"v2\" ].");
            else
                tags.Add(tag.Value ?? "");
        }
    }

    private static void ReadMeta(IConfigurationSection section, string path, IDictionary<string, string> meta, List<string> faults)
    {
        foreach (var pair in section.GetChildren())
        {
            if (pair.GetChildren().Any())
                faults.Add($"{path}:{MessageText.Plain(pair.Key)} is a section, but metadata is text by key, and a key cannot hold a colon; write \"Meta\": {{ \"team\": \"sales\" }}.");
            else
                meta[pair.Key] = pair.Value ?? "";
        }
    }
}
