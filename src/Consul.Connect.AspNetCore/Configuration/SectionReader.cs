using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// Reads one section by hand, so that nothing depends on reflection and no fault ends the reading. A key that is null or empty is not
/// set. Unknown keys are faults, and their values stay out of the messages: a secret may have been written under a wrong name.
/// </summary>
internal sealed class SectionReader
{
    private readonly Dictionary<string, IConfigurationSection> _children = new(StringComparer.Ordinal);
    private readonly SectionKeys _keys;
    private readonly string _path;
    private readonly List<string> _faults;
    private readonly List<string>? _hints;

    /// <param name="section">The section.</param>
    /// <param name="keys">What it may hold.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="path">The section's path where it is not the usual one.</param>
    /// <param name="hints">Takes what does nothing, where that is no fault.</param>
    public SectionReader(IConfiguration section, SectionKeys keys, List<string> faults, string? path = null, List<string>? hints = null)
    {
        (_keys, _path, _faults, _hints) = (keys, path ?? keys.Path, faults, hints);
        foreach (var child in section.GetChildren())
            Take(child);
    }

    public static bool IsSet(IConfigurationSection section) => !string.IsNullOrEmpty(section.Value) || section.GetChildren().Any();

    public string? Text(string key)
    {
        if (!_children.TryGetValue(key, out var child))
            return null;
        if (!child.GetChildren().Any())
            return string.IsNullOrEmpty(child.Value) ? null : child.Value;
        _faults.Add($"{Name(key)} is a section, but takes one value; write \"{key}\": \"…\".");
        return null;
    }

    /// <summary>The section below a key; null when it is not set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="form">What to write where a plain value stands instead.</param>
    /// <param name="faults">Takes that fault, where it is not this reader's.</param>
    public IConfigurationSection? Section(string key, string form, List<string>? faults = null)
    {
        if (!_children.TryGetValue(key, out var child) || !IsSet(child))
            return null;
        if (child.GetChildren().Any())
            return child;
        (faults ?? _faults).Add($"{Name(key)} is a plain value, but takes a section; write {form}.");
        return null;
    }

    public bool? Flag(string key)
    {
        if (Text(key) is not { } text)
            return null;
        if (bool.TryParse(text, out var value))
            return value;
        _faults.Add($"{Name(key)} is {MessageText.Quote(text)}, which is neither true nor false; write one of them.");
        return null;
    }

    public int? Number(string key)
    {
        if (Text(key) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        _faults.Add($"{Name(key)} is {MessageText.Quote(text)}, which is not a whole number; write digits only.");
        return null;
    }

    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text)
            return null;
        if (DurationText.Parse(text, out var value) is not { } reason)
            return value;
        _faults.Add($"{Name(key)} is {MessageText.Quote(text)}, {reason}.");
        return null;
    }

    public T? Choice<T>(string key)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
            return null;
        var names = Enum.GetNames<T>();
        // By name only: TryParse also takes numbers and lists.
        var index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
            return Enum.Parse<T>(names[index]);
        _faults.Add($"{Name(key)} is {MessageText.Quote(text)}, which is unknown; write {string.Join(" or ", names)}.");
        return null;
    }

    private void Take(IConfigurationSection child)
    {
        if (_keys.Find(child.Key) is { } key)
        {
            if (!_children.TryAdd(key, child) && IsSet(child) && IsSet(_children[key]))
                _faults.Add($"{Name(child.Key)} and {Name(_children[key].Key)} are two spellings of one key; remove one.");
            else if (IsSet(child))
                _children[key] = child;
        }
        else if (_keys.Refusal(child.Key) is { } refusal)
        {
            if (IsSet(child))
                _faults.Add($"{Name(child.Key)} {refusal}.");
        }
        else if (_keys.Idleness(child.Key) is { } idleness)
        {
            _hints?.Add($"{Name(child.Key)} {idleness}.");
        }
        else if (!_keys.IsShared)
        {
            _faults.Add($"{Name(child.Key)} is no key of this section; the nearest is {Name(_keys.Nearest(child.Key))}; correct it or remove it.");
        }
    }

    private string Name(string key) => $"{_path}:{MessageText.Plain(key)}";
}
