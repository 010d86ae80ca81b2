using System.Text.RegularExpressions;

namespace ConsulConnect.DevAgent.Acl;

/// <summary>Reads rules in Consul's policy language: <c>service "web" { policy = "write" }</c>, <c>operator = "read"</c>.</summary>
internal static partial class AclRulesReader
{
    private static readonly HashSet<string> Named = ["service", "node", "agent", "query"];

    public static IReadOnlyList<AclRule> Read(string text)
    {
        List<AclRule> rules = [];
        var rest = Comment().Replace(text, "").Trim();
        while (rest.Length > 0)
        {
            var rule = Rule().Match(rest);
            if (!rule.Success)
                throw new FormatException($"\"{rest.Split('\n')[0]}\" is not an ACL rule this agent knows; write service \"web\" {{ policy = \"write\" }} or operator = \"read\".");
            rules.AddRange(rule.Groups["flat"].Success ? ReadFlat(rule) : ReadNamed(rule));
            rest = rest[rule.Length..].TrimStart();
        }

        return rules;
    }

    /// <summary>What is wrong with the rules; null: nothing.</summary>
    public static string? Fault(string text)
    {
        try
        {
            Read(text);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>The rules Consul gives a service identity.</summary>
    public static string OfServiceIdentity(string service) => $$"""
        service "{{service}}" { policy = "write" }
        service "{{service}}-sidecar-proxy" { policy = "write" }
        service_prefix "" { policy = "read" }
        node_prefix "" { policy = "read" }
        """;

    private static IEnumerable<AclRule> ReadFlat(Match rule) => [new(rule.Groups["resource"].Value, "", IsPrefix: true, Level(rule.Groups["flat"].Value))];

    private static List<AclRule> ReadNamed(Match rule)
    {
        var resource = rule.Groups["resource"].Value;
        var isPrefix = resource.EndsWith("_prefix", StringComparison.Ordinal);
        resource = isPrefix ? resource[..^"_prefix".Length] : resource;
        var name = rule.Groups["name"].Value;
        var settings = Setting().Matches(rule.Groups["body"].Value).ToDictionary(one => one.Groups[1].Value, one => one.Groups[2].Value);
        // Rules for what this agent does not have, such as keys, are well-formed and change nothing.
        if (!Named.Contains(resource))
            return [];
        List<AclRule> rules = [];
        if (settings.TryGetValue("policy", out var policy))
            rules.Add(new(resource, name, isPrefix, Level(policy)));
        if (resource == "service" && (settings.TryGetValue("intentions", out var intentions) || policy is not null))
            rules.Add(new("intentions", name, isPrefix, intentions is not null ? Level(intentions) : Level(policy!) == AccessLevel.Deny ? AccessLevel.Deny : AccessLevel.Read));
        return rules;
    }

    private static AccessLevel Level(string policy) => policy switch
    {
        "read" or "list" => AccessLevel.Read,
        "write" => AccessLevel.Write,
        "deny" => AccessLevel.Deny,
        _ => throw new FormatException($"The ACL policy \"{policy}\" is none of read, write, deny."),
    };

    [GeneratedRegex("""\A(?<resource>[a-z_]+)(?:\s*=\s*"(?<flat>[^"]*)"|\s+"(?<name>[^"]*)"\s*\{(?<body>[^}]*)\})""")]
    private static partial Regex Rule();

    [GeneratedRegex("([a-z]+)\\s*=\\s*\"([^\"]*)\"")]
    private static partial Regex Setting();

    [GeneratedRegex(@"(#|//)[^\n]*")]
    private static partial Regex Comment();
}
