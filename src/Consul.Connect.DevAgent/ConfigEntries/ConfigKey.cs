namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Names an entry; the case of names does not matter, and they sort as the API lists them.</summary>
internal readonly struct ConfigKey(string kind, string name) : IComparable<ConfigKey>
{
    private readonly string _name = name.ToLowerInvariant();

    public string Kind { get; } = kind;

    public int CompareTo(ConfigKey other) => string.CompareOrdinal(Kind, other.Kind) is not 0 and var order ? order : string.CompareOrdinal(_name, other._name);

    public override string ToString() => $"{Kind}/{_name}";
}
