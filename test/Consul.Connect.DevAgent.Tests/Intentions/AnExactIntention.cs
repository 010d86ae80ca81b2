using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

/// <summary>From 1.9 on; what the recorded answers do not show.</summary>
public sealed class AnExactIntention : IAsyncLifetime
{
    private const string Path = "/v1/connect/intentions/exact?source=a&destination=b";

    private ContractAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await ContractAgent.StartAsync(AgentKind.DevAgent);

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task It_is_written_read_replaced_and_deleted()
    {
        Assert.Equal("true", (await _agent.PutAsync(Path, """{"SourceName":"ignored","Action":"allow","Description":"d"}""")).Text);
        await _agent.PutAsync("/v1/connect/intentions/exact?source=*&destination=b", """{"Action":"deny"}""");
        var read = await _agent.GetAsync(Path);
        Assert.Equal(["Description", "SourceNS", "SourceName", "DestinationNS", "DestinationName", "SourceType", "Action", "Precedence", "CreateIndex", "ModifyIndex"], read.Members);
        Assert.Null(read.Index);
        await _agent.PutAsync(Path, """{"Action":"deny"}""");
        Assert.Equal("deny", (await _agent.GetAsync(Path)).Json!["Action"]!.GetValue<string>());
        Assert.Equal("true", (await _agent.DeleteAsync(Path)).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.GetAsync(Path)).Status);
        Assert.Equal("true", (await _agent.DeleteAsync("/v1/connect/intentions/exact?source=*&destination=b")).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.GetAsync("/v1/config/service-intentions/b")).Status);
    }

    [Theory]
    [InlineData("/v1/connect/intentions/exact?source=&destination=b", "required query parameter 'source' not set")]
    [InlineData("/v1/connect/intentions/exact?source=a", "required query parameter 'destination' not set")]
    [InlineData("/v1/connect/intentions/exact?source=peer:p/a&destination=b", "source \"peer:p/a\" is invalid: cannot specify a peer here")]
    [InlineData("/v1/connect/intentions/exact?source=a/b/c/d&destination=b", "source \"a/b/c/d\" is invalid: input can contain at most two '/'")]
    public async Task A_bad_name_is_refused(string path, string text)
    {
        var answer = await _agent.PutAsync(path, """{"Action":"allow"}""");
        Assert.Equal((HttpStatusCode.InternalServerError, text), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("", "Request decode failed: EOF")]
    [InlineData("{\"Permissions\":[{\"Bogus\":1}]}", "Request decode failed: json: unknown field \"Bogus\"")]
    public async Task A_body_that_cannot_be_read_is_a_bad_request(string body, string text)
    {
        var answer = await _agent.PutAsync(Path, body);
        Assert.Equal((HttpStatusCode.BadRequest, text), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task It_takes_the_ids_from_what_the_older_calls_created_and_they_cannot_go_on()
    {
        const string Older = "/v1/connect/intentions";
        var id = (await _agent.PostAsync(Older, """{"SourceName":"x","DestinationName":"b","Action":"allow"}""")).Json!["ID"]!.GetValue<string>();
        await _agent.PutAsync(Path, """{"Action":"allow"}""");
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.GetAsync($"{Older}/{id}")).Status);
        var refused = await _agent.PostAsync(Older, """{"SourceName":"y","DestinationName":"b","Action":"allow"}""");
        Assert.Equal((HttpStatusCode.InternalServerError, "cannot use legacy intention API to edit intentions with a destination of \"b\" after editing them via a service-intentions config entry"), (refused.Status, refused.Text));
    }

    [Fact]
    public async Task A_peered_source_is_read_by_its_peer_and_matches_no_caller_here()
    {
        await _agent.PutAsync("/v1/config", """{"Kind":"service-intentions","Name":"b","Sources":[{"Name":"a","Peer":"p","Action":"deny"}]}""");
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.GetAsync(Path)).Status);
        Assert.Equal("p", (await _agent.GetAsync("/v1/connect/intentions/exact?source=peer:p/a&destination=b")).Json!["SourcePeer"]!.GetValue<string>());
        Assert.True((await _agent.GetAsync("/v1/connect/intentions/check?source=a&destination=b")).Json!["Allowed"]!.GetValue<bool>());
        Assert.Equal("""{"a":null}""", (await _agent.GetAsync("/v1/connect/intentions/match?by=source&name=a")).Text);
    }
}
