using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Benchmarks;

/// <summary>Intentions, callers and requests of the sizes that are promised.</summary>
internal static class Given
{
    public const string Service = "orders";

    public static readonly DefaultPolicyAnswer DenyByDefault = new(false, Service, "as configured");

    public static Intention Intention(string source, params Permission[] permissions) =>
        new("consul", "", "default", source, "", "default", Service, permissions.Length == 0 ? "allow" : "", permissions, RequiresJwt: false, 9, Unknown: null);

    public static Permission Allow(string exact = "", string prefix = "", string regex = "", string[]? methods = null, params HeaderCondition[] headers) =>
        new("allow", new(exact, prefix, regex, methods ?? [], headers, null), RequiresJwt: false, null);

    public static Permission Deny(string exact = "", string prefix = "", string regex = "", string[]? methods = null, params HeaderCondition[] headers) =>
        Allow(exact, prefix, regex, methods, headers) with { Action = "deny" };

    public static HeaderCondition Header(string name, string exact) => new(name, false, exact, "", "", "", "", Invert: false, IgnoreCase: false, null);

    /// <summary>Permissions of every kind in turn, allows and denies; the last one is about <c>/last</c>.</summary>
    public static Permission[] Mixed(int count) =>
    [
        .. Enumerable.Range(0, count - 1).Select(i => (i % 5) switch
        {
            0 => Allow(exact: $"/exact/{i}"),
            1 => Deny(prefix: $"/prefix/{i}/"),
            2 => Allow(regex: $"/regex/{i}/[a-z]+"),
            3 => Deny(exact: $"/methods/{i}", methods: ["POST", "DELETE"]),
            _ => Allow(prefix: $"/headers/{i}", headers: Header("x-role", $"role-{i}")),
        }),
        Allow(exact: "/last"),
    ];

    public static IntentionSet Set(params Intention[] intentions) => new(new(intentions), Service, new());

    public static Intention[] Many(int count, Func<int, Permission[]> permissions) =>
        [.. Enumerable.Range(0, count).Select(i => Intention($"caller-{i}", permissions(i)))];

    public static ConnectPeer Caller(string service) => ConnectPeer.Create(service);

    public static RequestView Get(string target, params (string Name, string Value)[] headers) => new("GET", target, "orders.example", "https", new Lines(headers));

    private sealed class Lines((string Name, string Value)[] headers) : IRequestHeaders
    {
        private readonly Dictionary<string, StringValues> _lines = headers.ToDictionary(line => line.Name, line => new StringValues(line.Value), StringComparer.OrdinalIgnoreCase);

        public bool HaveUnderscores => false;

        public StringValues this[string name] => _lines.TryGetValue(name, out var lines) ? lines : default;
    }
}
