namespace ConsulConnect.Tests.Intentions;

public class PermissionsByMethod
{
    [Theory]
    [InlineData("GET", "GET", "allow", "deny")]
    [InlineData("GET", "HEAD", "deny", "deny")]
    [InlineData("HEAD", "GET", "deny", "allow")]
    [InlineData("GET", "get", "deny", "deny")]
    [InlineData("DELETE", "delete", "deny", "deny")]
    [InlineData("GET,PUT", "PUT", "allow", "deny")]
    [InlineData("GET", "GET|POST", "deny", "allow")]
    [InlineData("GET", "G.T", "deny", "allow")]
    [InlineData("GET", "GETX", "deny", "allow")]
    [InlineData("PURGE", "PURGE", "allow", "deny")]
    [InlineData("PURGE", "purge", "deny", "deny")]
    [InlineData("GET", "OPTIONS", "deny", "allow")]
    [InlineData("TRACE", "TRACE", "allow", "deny")]
    [Trait("Case", "L7M-003")]
    [Trait("Case", "L7M-004")]
    [Trait("Case", "L7M-005")]
    [Trait("Case", "L7M-007")]
    [Trait("Case", "L7M-008")]
    public void An_allow_needs_the_very_method_and_a_deny_ignores_case_and_takes_HEAD_for_GET(string rule, string method, string allow, string deny)
    {
        Assert.Equal(allow, Asked.Of(Asked.Allow(methods: rule)).Decide(Asked.Request("/", method)).Says());
        Assert.Equal(deny, Asked.Of(Asked.Deny(methods: rule), Asked.Allow(prefix: "/", methods: "GET,HEAD,OPTIONS,get,GET|POST,G.T,GETX,PURGE")).Decide(Asked.Request("/", method)).Says());
    }

    [Fact]
    [Trait("Case", "L7M-010")]
    public void TRACE_is_allowed_only_where_it_is_listed()
    {
        Assert.Equal("deny", Asked.Of(Asked.Allow(prefix: "/")).Decide(Asked.Request("/admin", "TRACE")).Says());
        Assert.Equal("deny", Asked.Of(Asked.Allow(prefix: "/")).Decide(Asked.Request("/admin", "trace"), byDefault: true).Says());
        Assert.Equal("deny", Asked.Of(Asked.Deny(prefix: "/x")).Decide(Asked.Request("/admin", "TRACE"), byDefault: true).Says());
        Assert.Equal("allow", Asked.Of(Asked.Allow(methods: "TRACE")).Decide(Asked.Request("/admin", "TRACE")).Says());
        Assert.Equal("allow", Policy.Set(Policy.Allow("web")).Decide(Asked.Request("/admin", "TRACE")).Says());
    }
}
