using System.Collections.Frozen;

namespace ConsulConnect.DevAgent.Filters;

/// <summary>One place a selector may name, and what may follow it.</summary>
internal sealed record FilterField(FilterKind Kind, FrozenDictionary<string, FilterField>? Members = null)
{
    public static FilterField Text { get; } = new(FilterKind.Text);

    public static FilterField Number { get; } = new(FilterKind.Number);

    public static FilterField Flag { get; } = new(FilterKind.Flag);

    public static FilterField TextList { get; } = new(FilterKind.TextList);

    public static FilterField TextMap { get; } = new(FilterKind.TextMap);

    public static FilterField Object(params (string Name, FilterField Field)[] members) => Of(FilterKind.Object, members);

    public static FilterField ObjectList(params (string Name, FilterField Field)[] members) => Of(FilterKind.ObjectList, members);

    public static FilterField ObjectMap(params (string Name, FilterField Field)[] members) => Of(FilterKind.ObjectMap, members);

    /// <summary>What a further part of a selector leads to; null when there is no such place.</summary>
    public FilterField? Find(string part) => Kind switch
    {
        FilterKind.TextMap => Text,
        FilterKind.ObjectMap => this with { Kind = FilterKind.Object },
        FilterKind.Object or FilterKind.ObjectList => Members!.GetValueOrDefault(part),
        _ => null,
    };

    private static FilterField Of(FilterKind kind, (string Name, FilterField Field)[] members) =>
        new(kind, members.ToFrozenDictionary(member => member.Name, member => member.Field, StringComparer.Ordinal));
}
