using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// Reads a pasted service definition in either of Consul's spellings: that of the HTTP API, or that of agent files, which may also
/// stand below a <c>service</c> object.
/// </summary>
/// <param name="faults">Takes what is wrong.</param>
/// <param name="hints">Takes what does nothing.</param>
internal sealed class ServiceDefinitionReader(List<string> faults, List<string> hints)
{
    /// <param name="section">The definition, or what holds it.</param>
    /// <param name="path">Its place in the configuration.</param>
    public ConsulServiceOptions Read(IConfigurationSection section, string path)
    {
        if (Inner(ref section, ref path) is { } several)
        {
            faults.Add(several);
            return new();
        }

        var reader = new SectionReader(section, DefinitionKeys.Service, faults, path, hints);
        var service = new ConsulServiceOptions
        {
            Name = reader.Text("Name"),
            Id = reader.Text("Id"),
            Address = reader.Text("Address"),
            Port = reader.Number("Port") ?? 0,
            EnableTagOverride = reader.Flag("EnableTagOverride") ?? false,
            Namespace = reader.Text("Namespace"),
            Partition = reader.Text("Partition"),
        };
        if (reader.Section("Tags", """[ "v2" ]""") is { } tags)
            ListForm.ReadTexts(tags, $"{path}:Tags", "Tags", "v2", service.Tags, faults);
        if (reader.Section("Meta", """{ "team": "sales" }""") is { } meta)
            ReadMeta(ListForm.Unwrap(meta), $"{path}:Meta", service.Meta);
        if (reader.Section("TaggedAddresses", """{ "wan": { "Address": "203.0.113.7", "Port": 8443 } }""") is { } addresses)
            ReadAddresses(addresses, $"{path}:TaggedAddresses", service.TaggedAddresses);
        if (reader.Section("Weights", """{ "Passing": 10, "Warning": 1 }""") is { } weights)
            service.Weights = ReadWeights(ListForm.Unwrap(weights), $"{path}:Weights");
        if (reader.Section("Connect", """{ "Native": true }""") is { } connect)
            ReadConnect(ListForm.Unwrap(connect), $"{path}:Connect");
        ReadChecks(reader, "Check", path, service.Checks);
        ReadChecks(reader, "Checks", path, service.Checks);
        return service;
    }

    /// <summary>Goes down to the definition itself.</summary>
    /// <returns>A fault when there is more than one.</returns>
    private string? Inner(ref IConfigurationSection section, ref string path)
    {
        if (section.GetSection("service") is var inner && inner.GetChildren().Any())
        {
            foreach (var sibling in section.GetChildren().Where(child => !child.Key.Equals("service", StringComparison.OrdinalIgnoreCase)))
                faults.Add($"{path}:{MessageText.Plain(sibling.Key)} stands beside {path}:service, which holds the whole definition; move it in there.");
            (section, path) = (inner, $"{path}:service");
        }

        if (section.GetSection("1").GetChildren().Any())
            return $"{path} is a list of several definitions, but one identity has one; write each further one under Consul:Services, by the name the app's code gives its identity.";
        section = ListForm.Unwrap(section);
        return null;
    }

    private void ReadMeta(IConfigurationSection section, string path, IDictionary<string, string> meta)
    {
        foreach (var pair in section.GetChildren())
        {
            if (pair.GetChildren().Any())
                faults.Add($"{path}:{MessageText.Plain(pair.Key)} is a section, but metadata is text by key, and a key cannot hold a colon; write \"Meta\": {{ \"team\": \"sales\" }}.");
            else
                meta[pair.Key] = pair.Value ?? "";
        }
    }

    private void ReadAddresses(IConfigurationSection section, string path, IDictionary<string, ConsulTaggedAddress> addresses)
    {
        // A tag may be called 0; then what it holds are values.
        if (ListForm.Unwrap(section) is var inner && inner.GetChildren().All(child => child.GetChildren().Any()))
            section = inner;
        foreach (var tag in section.GetChildren())
        {
            var place = $"{path}:{MessageText.Plain(tag.Key)}";
            if (!tag.GetChildren().Any())
            {
                faults.Add($$"""{{place}} is a plain value, but takes a section; write { "Address": "203.0.113.7", "Port": 8443 }.""");
                continue;
            }

            var reader = new SectionReader(ListForm.Unwrap(tag), DefinitionKeys.TaggedAddress, faults, place);
            addresses[tag.Key] = new() { Address = reader.Text("Address"), Port = reader.Number("Port") ?? 0 };
        }
    }

    private ConsulServiceWeights ReadWeights(IConfigurationSection section, string path)
    {
        var reader = new SectionReader(section, DefinitionKeys.Weights, faults, path, hints);
        var weights = new ConsulServiceWeights();
        weights.Passing = reader.Number("Passing") ?? weights.Passing;
        weights.Warning = reader.Number("Warning") ?? weights.Warning;
        return weights;
    }

    private void ReadConnect(IConfigurationSection section, string path)
    {
        if (new SectionReader(section, DefinitionKeys.Connect, faults, path).Flag("Native") is false)
            faults.Add($"{path}:Native is false, but an app that joins the mesh itself is native; write true or remove it.");
    }

    private void ReadChecks(SectionReader reader, string key, string path, IList<ConsulCheckOptions> checks)
    {
        if (reader.Section(key, key == "Checks" ? """[ { "Ttl": "30s" } ]""" : """{ "Ttl": "30s" }""") is not { } section)
            return;
        foreach (var (position, element) in ListForm.Elements(section).Where(one => SectionReader.IsSet(one.Element)))
        {
            var place = $"{key}{position}";
            if (element.GetChildren().Any())
                checks.Add(CheckReader.Read(element, $"{path}:{place}", place, faults));
            else
                faults.Add($$"""{{path}}:{{place}} is a plain value, but takes a section; write { "Ttl": "30s" }.""");
        }
    }
}
