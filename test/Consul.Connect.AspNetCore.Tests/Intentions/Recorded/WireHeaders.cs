using ConsulConnect.Intentions;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Header fields as a server passes them on: over HTTP/1.1 the blanks around a value are gone, over HTTP/2 not.</summary>
internal sealed class WireHeaders(params IEnumerable<(string Name, string Value)> fields) : IRequestHeaders
{
    private readonly Dictionary<string, StringValues> _fields = fields
        .GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => new StringValues([.. group.Select(field => field.Value)]), StringComparer.OrdinalIgnoreCase);

    public bool HaveUnderscores => _fields.Keys.Any(name => name.Contains('_', StringComparison.Ordinal));

    public bool HaveIllegalNames { get; init; }

    public StringValues this[string name] => _fields.GetValueOrDefault(name);
}
