using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Intentions;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class DecidingAboutACaller
{
    private readonly IntentionWrites _writes;
    private readonly IntentionDecider _decider;

    public DecidingAboutACaller()
    {
        var store = new ConfigStore(new AgentState(TimeProvider.System));
        _writes = new(store, TimeProvider.System);
        _decider = new(store);
        store.Update<ConfigEntry>("service-defaults", "db", _ => DocumentRules.Normalize("service-defaults", new() { ["Name"] = "db", ["Protocol"] = "http" }));
    }

    [Theory]
    [InlineData("web", "db", true, "Matched L4 intention: default/web => default/db (Precedence: 9, Action: ALLOW)")]
    [InlineData("web", "DB", true, "Matched L4 intention: default/web => default/db (Precedence: 9, Action: ALLOW)")]
    [InlineData("WEB", "db", false, "Matched L4 intention: default/* => default/db (Precedence: 8, Action: DENY)")]
    [InlineData("l7", "db", false, "Matched L7 intention: default/l7 => default/db (Precedence: 9, Permissions: 1)")]
    [InlineData("admin", "cache", true, "Matched L4 intention: default/admin => default/* (Precedence: 6, Action: ALLOW)")]
    public void The_most_exact_intention_decides_and_permissions_deny(string source, string destination, bool isAllowed, string reason)
    {
        _writes.Replace("db", [Source("*", "deny"), Source("web", "allow"), Source("l7", "") with { Permissions = [new("allow", new("", "/", "", [], []), null)] }]);
        _writes.Replace("*", [Source("admin", "allow")]);
        Assert.Equal(new IntentionVerdict(isAllowed, reason), _decider.Match("default", source, destination));
    }

    [Fact]
    public void Another_namespace_and_an_unnamed_caller_meet_the_default()
    {
        _writes.Replace("*", [Source("*", "allow")]);
        Assert.Null(_decider.Match("other", "web", "db"));
        _writes.Replace("*", [Source("someone", "allow")]);
        Assert.Null(_decider.Match("default", "web", "db"));
    }

    private static SourceIntention Source(string name, string action) => new(name, action, []);
}
