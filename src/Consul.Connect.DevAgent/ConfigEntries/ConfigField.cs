namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>One member of an entry, as Consul's decoder knows it.</summary>
/// <param name="IsAlwaysWritten">Answered even when it is empty.</param>
/// <param name="Members">Of an object, or of each object in a list.</param>
internal sealed record ConfigField(string Name, ConfigFieldType Type, bool IsAlwaysWritten = false, params IReadOnlyList<ConfigField> Members)
{
    public static ConfigField Text(string name, bool isAlwaysWritten = false) => new(name, ConfigFieldType.Text, isAlwaysWritten);

    public static ConfigField Flag(string name, bool isAlwaysWritten = false) => new(name, ConfigFieldType.Flag, isAlwaysWritten);

    public static ConfigField Number(string name, bool isAlwaysWritten = false) => new(name, ConfigFieldType.Number, isAlwaysWritten);

    /// <summary>Answered as nanoseconds.</summary>
    public static ConfigField Duration(string name) => new(name, ConfigFieldType.Duration);

    public static ConfigField Texts(string name) => new(name, ConfigFieldType.Texts);

    public static ConfigField TextMap(string name) => new(name, ConfigFieldType.TextMap);

    /// <summary>An object this agent has no need to understand.</summary>
    public static ConfigField Anything(string name, bool isAlwaysWritten = false) => new(name, ConfigFieldType.Anything, isAlwaysWritten);

    /// <summary>Answered when it was given.</summary>
    public static ConfigField Object(string name, params IReadOnlyList<ConfigField> members) => new(name, ConfigFieldType.Object, false, members);

    /// <summary>Answered always, as Go does with an embedded structure.</summary>
    public static ConfigField Structure(string name, params IReadOnlyList<ConfigField> members) => new(name, ConfigFieldType.Object, true, members);

    public static ConfigField Objects(string name, params IReadOnlyList<ConfigField> members) => new(name, ConfigFieldType.Objects, false, members);
}
