using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// What stood in our part of the section <c>Consul</c> at one moment. Of a definition, which may change while the app runs, only that it is there.
/// Values stay inside: there is a token among them.
/// </summary>
internal sealed class KeysInUse
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public KeysInUse(IConfiguration? configuration)
    {
        var children = configuration?.GetSection("Consul").GetChildren() ?? [];
        foreach (var child in children)
        {
            switch (SectionKeys.Root.Find(child.Key))
            {
                case null:
                    break;
                case "Service":
                    TakeDefinition(child);
                    break;
                case "Services":
                    foreach (var definition in child.GetChildren())
                        TakeDefinition(definition);
                    break;
                default:
                    Take(child);
                    break;
            }
        }
    }

    /// <summary>The keys that were added, removed or given another value; each by its whole name.</summary>
    public IReadOnlyList<string> ChangedSince(KeysInUse earlier) =>
        [.. _values.Keys.Union(earlier._values.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => _values.GetValueOrDefault(key) != earlier._values.GetValueOrDefault(key))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(MessageText.Plain)];

    private void TakeDefinition(IConfigurationSection section)
    {
        if (SectionReader.IsSet(section))
            _values[section.Path] = "";
    }

    // Null and empty mean not set.
    private void Take(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
            _values[section.Path] = section.Value;
        foreach (var child in section.GetChildren())
            Take(child);
    }
}
