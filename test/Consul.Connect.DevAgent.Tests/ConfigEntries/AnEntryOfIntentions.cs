using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.ConfigEntries;

/// <summary>From 1.9 on; what the recorded answers do not show.</summary>
public sealed class AnEntryOfIntentions : IAsyncLifetime
{
    private const string Permissions = """[{"Action":"allow","HTTP":{"PathPrefix":"/"}}]""";

    private ContractAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await ContractAgent.StartAsync(AgentKind.DevAgent);

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Theory]
    [InlineData("""{"Kind":"service-intentions","Sources":[{"Name":"a","Action":"allow"}]}""", "Name is required")]
    [InlineData("""{"Kind":"service-intentions","Name":"a*","Sources":[{"Name":"a","Action":"allow"}]}""", "Name: wildcard character '*' cannot be used with partial values")]
    [InlineData("""{"Kind":"service-intentions","Name":"b"}""", "At least one source is required")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Action":"allow"}]}""", "Sources[0].Name is required")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"*","Action":"allow"},{"Name":"a"}]}""", "Sources[0].Action must be set to 'allow' or 'deny'")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow","Type":"x"}]}""", "Sources[0].Type must be set to 'consul'")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow","Peer":"*"}]}""", "Sources[0].Peer: cannot use wildcard '*' in peer")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow","LegacyMeta":{"k":"v"}}]}""", "Sources[0].LegacyMeta must be omitted")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Peer":"p","Action":"allow"},{"Name":"a","Peer":"p","Action":"deny"}]}""", "Sources[1] defines peer(\"p\") \"a\" more than once")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Permissions":[{"HTTP":{"PathPrefix":"/"}}]}]}""", "Sources[0].Permissions[0].Action must be set to 'allow' or 'deny'")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Permissions":[{"Action":"allow"}]}]}""", "Sources[0].Permissions[0].HTTP is required")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow"}],"JWT":{"Providers":[{}]}}""", "1 error occurred:\n\t* JWT provider name is required\n\n")]
    [InlineData("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow"}],"JWT":{"Providers":[{"Name":"idp"}]}}""", "1 error occurred:\n\t* Referenced JWT Provider does not exist. Provider Name: idp\n\n")]
    public async Task What_Consul_refuses_is_refused_and_changes_nothing(string body, string text)
    {
        var before = await _agent.GetAsync("/v1/config/");
        var answer = await _agent.PutAsync("/v1/config", body);
        Assert.Equal((HttpStatusCode.InternalServerError, text), (answer.Status, answer.Text));
        Assert.Equal((before.Index, before.Text), (await _agent.GetAsync("/v1/config/") is var after ? after.Index : null, after.Text));
    }

    [Fact]
    public async Task A_namespace_in_a_source_is_an_unknown_key()
    {
        var answer = await _agent.PutAsync("/v1/config", """{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Namespace":"x","Action":"allow"}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "Request decoding failed: 1 error occurred:\n\t* invalid config key \"Sources[0].Namespace\", namespaces are a consul enterprise feature\n\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Permissions_need_a_service_that_speaks_http_for_as_long_as_they_stand()
    {
        const string Refused = "service \"api\" has protocol \"tcp\", which is incompatible with L7 intentions permissions";
        const string Intentions = $$"""{"Kind":"service-intentions","Name":"api","Sources":[{"Name":"a","Permissions":{{Permissions}}}]}""";
        Assert.Equal(Refused, (await _agent.PutAsync("/v1/config", Intentions)).Text);
        Assert.Equal(Refused, (await _agent.PutAsync("/v1/connect/intentions/exact?source=a&destination=api", $$"""{"Permissions":{{Permissions}}}""")).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.GetAsync("/v1/config/service-intentions/api")).Status);

        await PutAsync("""{"Kind":"service-defaults","Name":"api","Protocol":"GRPC"}""");
        await PutAsync(Intentions);
        Assert.Equal(Refused, (await _agent.DeleteAsync("/v1/config/service-defaults/api")).Text);
        Assert.Equal(Refused, (await _agent.PutAsync("/v1/config", """{"Kind":"service-defaults","Name":"api"}""")).Text);
        Assert.Equal("grpc", (await _agent.GetAsync("/v1/config/service-defaults/api")).Json!["Protocol"]!.GetValue<string>());

        await PutAsync("""{"Kind":"proxy-defaults","Config":{"protocol":"http2"}}""");
        Assert.Equal(HttpStatusCode.OK, (await _agent.DeleteAsync("/v1/config/service-defaults/api")).Status);
        Assert.Equal(Refused, (await _agent.DeleteAsync("/v1/config/proxy-defaults/global")).Text);
        Assert.Equal(HttpStatusCode.OK, (await _agent.DeleteAsync("/v1/config/service-intentions/api")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _agent.DeleteAsync("/v1/config/proxy-defaults/global")).Status);
    }

    [Fact]
    public async Task A_provider_that_is_referenced_cannot_be_deleted()
    {
        await PutAsync("""{"Kind":"jwt-provider","Name":"idp","Issuer":"i","JSONWebKeySet":{"Remote":{"URI":"https://idp.example/keys","CacheDuration":"5m"}}}""");
        await PutAsync("""{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow"}],"JWT":{"Providers":[{"Name":"idp"}]}}""");
        Assert.Equal(HttpStatusCode.InternalServerError, (await _agent.DeleteAsync("/v1/config/jwt-provider/idp")).Status);
        var provider = (await _agent.GetAsync("/v1/config/jwt-provider/idp")).Json!;
        Assert.Equal((300_000_000_000, 30), (provider["JSONWebKeySet"]!["Remote"]!["CacheDuration"]!.GetValue<long>(), provider["ClockSkewSeconds"]!.GetValue<int>()));
        await _agent.DeleteAsync("/v1/config/service-intentions/b");
        Assert.Equal(HttpStatusCode.OK, (await _agent.DeleteAsync("/v1/config/jwt-provider/idp")).Status);
    }

    [Fact]
    public async Task Sources_and_methods_are_kept_in_their_normal_form()
    {
        await PutAsync("""{"Kind":"service-defaults","Name":"b","Protocol":"http"}""");
        await PutAsync("""{"kind":"service-intentions","name":"b","meta":{"k":"v"},"sources":[{"name":"*","action":"deny"},{"name":"a","permissions":[{"action":"allow","http":{"path_prefix":"/","methods":["get"],"header":[{"name":"x","ignore_case":"true","exact":"1"}]}}]}]}""");
        var entry = (await _agent.GetAsync("/v1/config/service-intentions/b")).Json!;
        Assert.Equal(
            """[{"Name":"a","Permissions":[{"Action":"allow","HTTP":{"PathPrefix":"/","Header":[{"Name":"x","Exact":"1","IgnoreCase":true}],"Methods":["GET"]}}],"Precedence":9,"Type":"consul"},{"Name":"*","Action":"deny","Precedence":8,"Type":"consul"}]""",
            entry["Sources"]!.ToJsonString());
        Assert.Equal("v", entry["Meta"]!["k"]!.GetValue<string>());
    }

    [Fact]
    public async Task Writing_the_same_again_is_no_news()
    {
        const string Body = """{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Action":"allow"}]}""";
        await PutAsync(Body);
        var index = (await _agent.GetAsync("/v1/config/service-intentions/b")).Index;
        await PutAsync(Body);
        Assert.Equal(index, (await _agent.GetAsync("/v1/config/service-intentions/b")).Index);
    }

    private async Task PutAsync(string body)
    {
        var answer = await _agent.PutAsync("/v1/config", body);
        Assert.Equal((HttpStatusCode.OK, "true"), (answer.Status, answer.Text));
    }
}
