using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.ConfigEntries;

public sealed class AConfigEntry(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/config";

    [SkippableTheory, BothAgents]
    public async Task It_is_written_read_listed_and_deleted(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Equal("true", (await agent.PutAsync(Path, """{"kind":"service-defaults","name":"entry","protocol":"http","mesh_gateway":{"mode":"local"},"Expose":{"Paths":[{"Path":"/x"}]}}""")).Text.Trim());
        var read = await agent.GetAsync(Path + "/service-defaults/entry");
        var entry = read.Json!;
        Assert.Equal(("service-defaults", "entry", "http", "local"), (entry["Kind"]!.GetValue<string>(), entry["Name"]!.GetValue<string>(), entry["Protocol"]!.GetValue<string>(), entry["MeshGateway"]!["Mode"]!.GetValue<string>()));
        Assert.Equal("""{"Paths":[{"Path":"/x","ParsedFromCheck":false}]}""", entry["Expose"]!.ToJsonString());
        Assert.Equal(entry["ModifyIndex"]!.GetValue<ulong>(), read.Index);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync(Path + "/service-defaults/ENTRY")).Status);

        var list = await agent.GetAsync(Path + "/service-defaults");
        Assert.Contains(list.Json!.AsArray(), one => one!["Name"]!.GetValue<string>() == "entry");
        Assert.NotNull(list.Index);

        Assert.Equal("{}", (await agent.DeleteAsync(Path + "/service-defaults/entry")).Text.Trim());
        Assert.Equal("{}", (await agent.DeleteAsync(Path + "/service-defaults/entry")).Text.Trim());
        var gone = await agent.GetAsync(Path + "/service-defaults/entry");
        Assert.Equal((HttpStatusCode.NotFound, "Config entry not found for \"service-defaults\" / \"entry\""), (gone.Status, gone.Text));
        Assert.NotNull(gone.Index);
    }

    [SkippableTheory, BothAgents]
    public async Task The_defaults_of_all_services_have_one_name(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync(Path, """{"Kind":"proxy-defaults","Config":{"protocol":"http","local_connect_timeout_ms":1000}}""")).Status);
        var entry = (await agent.GetAsync(Path + "/proxy-defaults/global")).Json!;
        Assert.Equal("""{"local_connect_timeout_ms":1000,"protocol":"http"}""", entry["Config"]!.ToJsonString());
        Assert.Equal("{}", (await agent.DeleteAsync(Path + "/proxy-defaults/global")).Text.Trim());
        Assert.Equal("[]", (await agent.GetAsync(Path + "/proxy-defaults")).Text.Trim());
    }

    [SkippableTheory, BothAgents]
    public async Task A_check_decides_whether_a_write_is_done(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        const string Body = """{"Kind":"service-defaults","Name":"checked","Protocol":"http"}""";
        Assert.Equal("false", (await agent.PutAsync(Path + "?cas=5", Body)).Text.Trim());
        Assert.Equal("true", (await agent.PutAsync(Path + "?cas=0", Body)).Text.Trim());
        Assert.Equal("false", (await agent.PutAsync(Path + "?cas=0", Body)).Text.Trim());
        var index = (await agent.GetAsync(Path + "/service-defaults/checked")).Json!["ModifyIndex"]!.GetValue<ulong>();
        Assert.Equal("false", (await agent.PutAsync($"{Path}?cas={index + 1}", Body)).Text.Trim());
        Assert.Equal("true", (await agent.PutAsync($"{Path}?cas={index}", """{"Kind":"service-defaults","Name":"checked","Protocol":"grpc"}""")).Text.Trim());
        var bad = await agent.PutAsync(Path + "?cas=x", Body);
        Assert.Equal((HttpStatusCode.InternalServerError, "strconv.ParseUint: parsing \"x\": invalid syntax"), (bad.Status, bad.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task A_reader_that_waits_is_woken_by_the_write(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.PutAsync(Path, """{"Kind":"service-defaults","Name":"awaited","Protocol":"tcp"}""");
        var index = (await agent.GetAsync(Path + "/service-defaults/awaited")).Index;
        var waiting = agent.GetAsync($"{Path}/service-defaults/awaited?index={index}&wait=60s");
        await agent.PutAsync(Path, """{"Kind":"service-defaults","Name":"awaited","Protocol":"http"}""");
        var answer = await waiting;
        Assert.Equal("http", answer.Json!["Protocol"]!.GetValue<string>());
        Assert.True(answer.Index > index);
        Assert.True(answer.Elapsed < TimeSpan.FromSeconds(30), $"It took {answer.Elapsed}.");
    }

    [Fact]
    public async Task The_mesh_has_one_entry_without_a_name()
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent);
        Assert.Equal("true", (await agent.PutAsync(Path, """{"Kind":"mesh","HTTP":{"Incoming":{"RequestNormalization":{"MergeSlashes":true}}}}""")).Text);
        var entry = (await agent.GetAsync(Path + "/mesh/mesh")).Json!;
        Assert.Equal("mesh", entry["Kind"]!.GetValue<string>());
        Assert.True(entry["HTTP"]!["Incoming"]!["RequestNormalization"]!["MergeSlashes"]!.GetValue<bool>());
        Assert.False(entry.AsObject().ContainsKey("Name"));
    }
}
