using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Filters;

/// <summary>A filter over the entries of an answer, as they stand in it.</summary>
internal abstract record FilterExpression
{
    /// <summary>Reads a filter; nothing or white space is none.</summary>
    /// <exception cref="FilterException">It cannot be read, or names what is not there.</exception>
    public static FilterExpression? Parse(string? filter, FilterField schema) =>
        string.IsNullOrEmpty(filter) ? null : new FilterParser(filter, schema).Parse();

    public abstract bool Matches(JsonNode entry);

    public sealed record Both(FilterExpression Left, FilterExpression Right) : FilterExpression
    {
        public override bool Matches(JsonNode entry) => Left.Matches(entry) && Right.Matches(entry);
    }

    public sealed record Either(FilterExpression Left, FilterExpression Right) : FilterExpression
    {
        public override bool Matches(JsonNode entry) => Left.Matches(entry) || Right.Matches(entry);
    }

    public sealed record Not(FilterExpression Inner) : FilterExpression
    {
        public override bool Matches(JsonNode entry) => !Inner.Matches(entry);
    }
}
