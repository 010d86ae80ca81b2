using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class IntentionsFromCode : IAsyncLifetime
{
    private ContractAgent _agent = null!;

    private ConsulDevAgent Dev => _agent.Dev!;

    public async Task InitializeAsync() => _agent = await ContractAgent.StartAsync(AgentKind.DevAgent);

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task Allow_and_deny_say_it_for_two_names_and_leave_the_rest()
    {
        Dev.Deny("*", "orders");
        Dev.Allow("web", "orders");
        Assert.Equal(["web allow", "* deny"], await MatchAsync("orders"));
        Dev.Deny("web", "orders");
        Assert.Equal(["web deny", "* deny"], await MatchAsync("orders"));
    }

    [Fact]
    public async Task Setting_them_replaces_all_of_a_service()
    {
        Dev.Allow("old", "orders");
        Dev.SetIntentions("orders", IntentionSource.Deny("*"), IntentionSource.Allow("web"));
        Assert.Equal(["web allow", "* deny"], await MatchAsync("orders"));
        Dev.SetIntentions("orders");
        Assert.Equal("""{"orders":null}""", (await _agent.GetAsync("/v1/connect/intentions/match?by=destination&name=orders")).Text);
    }

    [Fact]
    public async Task Permissions_are_what_match_answers_and_the_service_speaks_http()
    {
        Dev.SetIntentions("orders", IntentionSource.WithPermissions("web",
            IntentionRule.Deny("/admin"),
            new(IntentionAction.Allow) { PathRegex = "/v[0-9]+/.*", Methods = ["get"], Headers = [new("x-tenant") { Prefix = "a", Invert = true, IgnoreCase = true }] }));
        var match = await _agent.GetAsync("/v1/connect/intentions/match?by=destination&name=orders");
        Assert.Contains(
            """
            "Permissions":[{"Action":"deny","HTTP":{"PathPrefix":"/admin"}},{"Action":"allow","HTTP":{"PathRegex":"/v[0-9]+/.*","Header":[{"Name":"x-tenant","Prefix":"a","Invert":true,"IgnoreCase":true}],"Methods":["GET"]}}]
            """,
            match.Text,
            StringComparison.Ordinal);
        Assert.Equal("http", (await _agent.GetAsync("/v1/config/service-defaults/orders")).Json!["Protocol"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_protocol_that_is_known_is_left_alone()
    {
        await _agent.PutAsync("/v1/config", """{"Kind":"service-defaults","Name":"orders","Protocol":"grpc","Meta":{"k":"v"}}""");
        Dev.SetIntentions("orders", IntentionSource.WithPermissions("web", IntentionRule.Allow("/")));
        Assert.Equal("grpc", (await _agent.GetAsync("/v1/config/service-defaults/orders")).Json!["Protocol"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_Consul_would_refuse_is_an_argument_error_and_changes_nothing()
    {
        Dev.Allow("web", "orders");
        var before = await _agent.GetAsync("/v1/config/");
        var refused = Assert.Throws<ArgumentException>(() => Dev.SetIntentions("orders", IntentionSource.WithPermissions("web", new IntentionRule(IntentionAction.Allow))));
        Assert.Equal("Sources[0].Permissions[0].HTTP should not be empty", refused.Message);
        Assert.Throws<ArgumentException>(() => Dev.Allow("w*", "orders"));
        var after = await _agent.GetAsync("/v1/config/");
        Assert.Equal((before.Index, before.Text), (after.Index, after.Text));
    }

    private async Task<IReadOnlyList<string>> MatchAsync(string name) =>
        [.. (await _agent.GetAsync($"/v1/connect/intentions/match?by=destination&name={name}")).Json![name]!.AsArray().Select(one => $"{one!["SourceName"]} {one["Action"]}")];
}
