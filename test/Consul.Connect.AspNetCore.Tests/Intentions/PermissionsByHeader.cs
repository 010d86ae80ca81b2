using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Intentions;

public class PermissionsByHeader
{
    // The condition, the lines of x-role (split at |, none: missing), what an allow and what a deny of it decide.
    public static TheoryData<string, string?, string, string> Table => new()
    {
        { "Exact admin", "admin", "allow", "deny" },
        { "Exact admin", "ADMIN", "deny", "allow" },
        { "Exact admin", " admin\t", "allow", "deny" },
        { "Exact admin", "user|admin", "deny", "deny" },
        { "Exact admin", "admin|admin", "deny", "deny" },
        { "Exact admin", "user, admin", "deny", "deny" },
        { "Exact a,b", "a|b", "deny", "deny" },
        { "Exact admin", null, "deny", "allow" },
        { "Not Exact admin", null, "deny", "deny" },
        { "Not Exact admin", "user", "allow", "deny" },
        { "Not Exact admin", "user,admin", "deny", "deny" },
        { "Not Exact admin", "admin", "deny", "allow" },
        { "Present", "", "allow", "deny" },
        { "Present", null, "deny", "allow" },
        { "Not Present", null, "allow", "deny" },
        { "Not Present", "", "deny", "allow" },
        { "Prefix ad", "admin|adm", "allow", "deny" },
        { "Prefix ad", "admin|user", "deny", "deny" },
        { "Suffix in", "user,admin", "allow", "deny" },
        { "Contains dmi", "admin", "allow", "deny" },
        { "Contains DMI", "admin", "deny", "allow" },
        { "Contains DMI in any case", "admin", "allow", "deny" },
        { "Exact \u00c9 in any case", "\u00e9", "deny", "deny" },
        { "Regex adm.*", "admin", "allow", "deny" },
        { "Regex adm.*", "xadmin", "deny", "allow" },
        { "Regex adm.*", "x|admin", "deny", "deny" },
        { "Regex adm.*", "adm\u00e9n", "deny", "deny" },
        { "Not Regex adm.*", "adm\u00e9n", "deny", "deny" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    [Trait("Case", "L7H-001")]
    [Trait("Case", "L7H-002")]
    [Trait("Case", "L7H-003")]
    [Trait("Case", "L7H-004")]
    [Trait("Case", "L7H-008")]
    [Trait("Case", "L7H-009")]
    [Trait("Case", "L7H-011")]
    [Trait("Case", "L7H-022")]
    public void An_allow_needs_all_of_a_header_and_a_deny_any_of_it(string condition, string? lines, string allow, string deny)
    {
        var header = Parse(condition);
        var request = Asked.Request("/", headers: [.. (lines?.Split('|') ?? []).Select(line => ("X-Role", line))]);

        Assert.Equal(allow, Asked.Of(Asked.Allow(headers: header)).Decide(request).Says());
        Assert.Equal(deny, Asked.Of(Asked.Deny(headers: header), Asked.Allow(methods: "GET")).Decide(request).Says());
    }

    [Theory]
    [InlineData("X-ROLE", "x-role", "deny")]
    [InlineData("x-role", "X-Role", "deny")]
    [InlineData("x-check", "x_check", "allow")]
    [Trait("Case", "L7H-006")]
    [Trait("Case", "L7H-007")]
    public void Names_are_compared_without_case_and_underscores_are_other_letters(string rule, string sent, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Deny(headers: Asked.Header(rule, exact: "v")), Asked.Allow(methods: "GET")).Decide(Asked.Request("/", headers: (sent, "v"))).Says());

    [Theory]
    [InlineData("x-forwarded-client-cert")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("x-request-id")]
    [InlineData("x-envoy-original-path")]
    public void What_a_sidecar_would_add_never_helps_an_allow_and_never_saves_from_a_deny(string name)
    {
        foreach (var invert in new[] { false, true })
        {
            var header = Asked.Header(name, exact: "v", invert: invert);
            foreach (var request in new[] { Asked.Request("/"), Asked.Request("/", headers: (name, "v")) })
            {
                Assert.Equal("deny", Asked.Of(Asked.Allow(headers: header)).Decide(request).Says());
                Assert.Equal("deny", Asked.Of(Asked.Deny(headers: header), Asked.Allow(methods: "GET")).Decide(request).Says());
            }
        }

        // The condition holds, not the whole permission.
        Assert.Equal("allow", Asked.Of(Asked.Deny(methods: "POST", headers: Asked.Header(name, present: true)), Asked.Allow(methods: "GET")).Decide(Asked.Request("/")).Says());
    }

    [Theory]
    [InlineData("FOO.BAD.COM")]
    [InlineData("foo.bad.com:8443")]
    [InlineData("foo.bad.com.")]
    [InlineData("Foo.bad.com.:80")]
    [Trait("Case", "L7H-017")]
    [Trait("Case", "L7H-018")]
    public void A_host_is_denied_in_every_spelling_and_allowed_in_one(string host)
    {
        var request = Asked.Request("/", authority: host);

        Assert.Equal("deny", Asked.Of(Asked.Deny(headers: Asked.Header("Host", suffix: "bad.com")), Asked.Allow(methods: "GET")).Decide(request).Says());
        Assert.Equal("deny", Asked.Of(Asked.Allow(headers: Asked.Header("host", exact: "foo.bad.com"))).Decide(request).Says());
        Assert.Equal("allow", Asked.Of(Asked.Allow(headers: Asked.Header("host", exact: host))).Decide(request).Says());
    }

    [Theory]
    [InlineData(":authority", "orders")]
    [InlineData("host", "orders")]
    [InlineData(":method", "GET")]
    [InlineData(":scheme", "https")]
    [InlineData(":path", "/a/b?x=/../1")]
    [Trait("Case", "L7H-019")]
    [Trait("Case", "L7P-055")]
    public void Pseudo_headers_are_the_parts_of_the_request(string name, string value)
    {
        var request = Asked.Request("/a/./b?x=/../1", headers: [("host", "other"), (name, "other")]);

        Assert.Equal("allow", Asked.Of(Asked.Allow(headers: Asked.Header(name, exact: value))).Decide(request).Says());
        Assert.Equal("deny", Asked.Of(Asked.Allow(headers: Asked.Header(name, exact: "other"))).Decide(request).Says());
        Assert.Equal("deny", Asked.Of(Asked.Deny(headers: Asked.Header(name, exact: value.ToUpperInvariant())), Asked.Allow(methods: "GET")).Decide(request).Says());
    }

    [Fact]
    public void A_deny_of_the_path_header_sees_every_spelling_too() =>
        Assert.Equal("deny", Asked.Of(Asked.Deny(headers: Asked.Header(":path", exact: "/a/b?x")), Asked.Allow(methods: "GET")).Decide(Asked.Request("/A//b;v/?x")).Says());

    [Fact]
    public void All_conditions_must_hold_on_one_name_too()
    {
        var set = Asked.Of(Asked.Allow(headers: [Asked.Header("a", prefix: "1"), Asked.Header("a", suffix: "2"), Asked.Header("b", present: true)]));

        Assert.Equal("allow", set.Decide(Asked.Request("/", headers: [("a", "12"), ("b", "")])).Says());
        Assert.Equal("deny", set.Decide(Asked.Request("/", headers: [("a", "13"), ("b", "")])).Says());
        Assert.Equal("deny", set.Decide(Asked.Request("/", headers: ("a", "12"))).Says());
    }

    [Fact]
    public void More_names_than_are_remembered_are_read_all_the_same()
    {
        var headers = Enumerable.Range(0, 100).Select(i => Asked.Header($"h{i}", exact: $"{i}")).ToArray();
        var fields = Enumerable.Range(0, 100).Select(i => ($"h{i}", $"{i}")).ToArray();

        Assert.Equal("allow", Asked.Of(Asked.Allow(headers: headers)).Decide(Asked.Request("/", headers: fields)).Says());
        Assert.Equal("deny", Asked.Of(Asked.Allow(headers: headers)).Decide(Asked.Request("/", headers: fields[..99])).Says());
    }

    private static HeaderCondition Parse(string condition)
    {
        var ignoreCase = condition.EndsWith(" in any case", StringComparison.Ordinal);
        var words = condition.Replace(" in any case", "", StringComparison.Ordinal).Split(' ');
        var invert = words[0] == "Not";
        words = invert ? words[1..] : words;
        string Of(string kind) => words[0] == kind ? words[1] : "";
        return Asked.Header("x-role", words[0] == "Present", Of("Exact"), Of("Prefix"), Of("Suffix"), Of("Contains"), Of("Regex"), invert, ignoreCase);
    }
}
