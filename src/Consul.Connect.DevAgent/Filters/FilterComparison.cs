using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ConsulConnect.DevAgent.Filters;

/// <summary>One comparison. Along a list of objects it holds when it holds for one of them.</summary>
internal sealed record FilterComparison(IReadOnlyList<string> Selector, FilterField Field, FilterOperator Operator, string Value, Regex? Pattern) : FilterExpression
{
    public static FilterComparison Create(FilterField schema, IReadOnlyList<string> selector, FilterOperator comparison, string value)
    {
        var name = string.Join('.', selector);
        var field = schema;
        foreach (var part in selector)
            field = field.Find(part) ?? throw new FilterException($"Selector \"{name}\" is not valid");
        if (!IsKnown(comparison, field.Kind))
            throw new FilterException($"Invalid match operator \"{NameOf(comparison)}\" for selector \"{name}\"");
        if (field.Kind == FilterKind.Number && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw Uncoerced(name, value, "Int");
        if (field.Kind == FilterKind.Flag && !bool.TryParse(value, out _))
            throw Uncoerced(name, value, "Bool");
        return new(selector, field, comparison, value, comparison is FilterOperator.Matches or FilterOperator.NotMatches ? Compile(value) : null);
    }

    public override bool Matches(JsonNode entry) => Holds(entry, 0);

    private static bool IsKnown(FilterOperator comparison, FilterKind kind) => comparison switch
    {
        FilterOperator.Equal or FilterOperator.NotEqual => kind is FilterKind.Text or FilterKind.Number or FilterKind.Flag,
        FilterOperator.In or FilterOperator.NotIn => kind is FilterKind.Text or FilterKind.TextList or FilterKind.TextMap or FilterKind.ObjectMap,
        FilterOperator.IsEmpty or FilterOperator.IsNotEmpty => kind is FilterKind.TextList or FilterKind.TextMap or FilterKind.ObjectList or FilterKind.ObjectMap,
        _ => kind is FilterKind.Text,
    };

    private static string NameOf(FilterOperator comparison) => comparison switch
    {
        FilterOperator.NotEqual => "Not Equal",
        FilterOperator.NotIn => "Not In",
        FilterOperator.IsEmpty => "Is Empty",
        FilterOperator.IsNotEmpty => "Is Not Empty",
        FilterOperator.NotMatches => "Not Matches",
        _ => comparison.ToString(),
    };

    private static FilterException Uncoerced(string name, string value, string type) =>
        new($"Failed to coerce value \"{value}\" for selector \"{name}\": strconv.Parse{type}: parsing \"{value}\": invalid syntax");

    private static Regex Compile(string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FilterException($"Failed to compile regular expression \"{pattern}\": error parsing regexp: {e.Message}");
        }
    }

    private static string TextOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => node.ToJsonString(),
        _ => "",
    };

    private bool Holds(JsonNode? node, int depth)
    {
        if (depth == Selector.Count)
            return Compare(node);
        if (node is JsonArray list)
            return list.Any(one => Holds(one, depth));
        return Holds((node as JsonObject)?[Selector[depth]], depth + 1);
    }

    private bool Compare(JsonNode? node) => Operator switch
    {
        FilterOperator.Equal => IsEqual(node),
        FilterOperator.NotEqual => !IsEqual(node),
        FilterOperator.In => Contains(node),
        FilterOperator.NotIn => !Contains(node),
        FilterOperator.IsEmpty => IsEmpty(node),
        FilterOperator.IsNotEmpty => !IsEmpty(node),
        FilterOperator.Matches => Pattern!.IsMatch(TextOf(node)),
        _ => !Pattern!.IsMatch(TextOf(node)),
    };

    private bool IsEqual(JsonNode? node) => Field.Kind switch
    {
        FilterKind.Number => (node?.GetValue<int>() ?? 0) == long.Parse(Value, CultureInfo.InvariantCulture),
        FilterKind.Flag => (node?.GetValue<bool>() ?? false) == bool.Parse(Value),
        _ => TextOf(node) == Value,
    };

    private bool Contains(JsonNode? node) => node switch
    {
        JsonArray list => list.Any(one => TextOf(one) == Value),
        JsonObject map => map.ContainsKey(Value),
        _ => Field.Kind == FilterKind.Text && TextOf(node).Contains(Value, StringComparison.Ordinal),
    };

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        JsonArray list => list.Count == 0,
        JsonObject map => map.Count == 0,
        _ => true,
    };
}
