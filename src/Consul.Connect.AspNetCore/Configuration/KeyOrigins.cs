namespace ConsulConnect.Configuration;

/// <summary>Which values came from an environment variable, so that a message names what the reader can change.</summary>
internal sealed class KeyOrigins
{
    private readonly Dictionary<string, (string Variable, string Value)> _variables = new(StringComparer.Ordinal);

    public string Remember(string key, string variable, string value)
    {
        _variables[key] = (variable, value);
        return value;
    }

    /// <summary>The variable while the value is still the one it gave, else the key.</summary>
    public string Of(string key, string? value) =>
        _variables.TryGetValue(key, out var origin) && origin.Value == value ? origin.Variable : key;
}
