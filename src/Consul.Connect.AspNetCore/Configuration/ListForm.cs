using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>Lists and single elements. Consul's documentation also shows objects as lists of one, which is what its HCL becomes in JSON.</summary>
internal static class ListForm
{
    /// <summary>The one element of a list of one object, else the section itself.</summary>
    public static IConfigurationSection Unwrap(IConfigurationSection section) =>
        section.GetChildren().ToList() is [{ Key: "0" } only] && only.GetChildren().Any() ? only : section;

    /// <summary>The elements of a list, with their keys to follow the section's; one object is a list of one, whose key is empty.</summary>
    public static IEnumerable<(string Key, IConfigurationSection Element)> Elements(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        return children.All(child => int.TryParse(child.Key, out _)) ? children.Select(child => ($":{child.Key}", child)) : [("", section)];
    }

    /// <summary>Reads a list of texts.</summary>
    /// <param name="name">The list's key, for the remedy.</param>
    /// <param name="example">An element, for the remedy.</param>
    public static void ReadTexts(IConfigurationSection section, string path, string name, string example, IList<string> texts, List<string> faults)
    {
        foreach (var text in section.GetChildren())
        {
            if (text.GetChildren().Any() || !int.TryParse(text.Key, out _))
                faults.Add($"{path}:{MessageText.Plain(text.Key)} is no element of a list of texts; write \"{name}\": [ \"{example}\" ].");
            else
                texts.Add(text.Value ?? "");
        }
    }
}
