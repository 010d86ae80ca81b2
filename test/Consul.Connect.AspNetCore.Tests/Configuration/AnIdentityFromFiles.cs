namespace ConsulConnect.Tests.Configuration;

public sealed class AnIdentityFromFiles : IDisposable
{
    private readonly TestFile _file = new();

    private string With(string authorization, string more = "") => $$"""
        { "Connect": { "Service": "orders", "Authorization": { {{authorization}} },
          "Certificates": { "CertFile": "{{_file.Json}}", "KeyFile": "{{_file.Json}}", "CaFile": "{{_file.Json}}" } } {{more}} }
        """;

    [Theory]
    [InlineData("CertFile")]
    [InlineData("KeyFile")]
    [InlineData("CaFile")]
    public void Needs_all_three_files(string missing)
    {
        var files = string.Join(", ", new[] { "CertFile", "KeyFile", "CaFile" }.Where(f => f != missing).Select(f => $"\"{f}\": \"{_file.Json}\""));

        Assert.Equal(
            $"Consul:Connect:Certificates:{missing} is not set; an identity from files needs CertFile, KeyFile and CaFile; add the missing path.",
            Reading.OnlyFault($$"""{ "Address": "http://127.0.0.1:8500", "Connect": { "Service": "orders", "Certificates": { {{files}} } } }"""));
    }

    [Fact]
    public void Needs_them_to_exist() =>
        Assert.Equal(
            "Consul:Connect:Certificates:CaFile is \"/nowhere\", and there is no such file; correct the path.",
            Reading.OnlyFault(With("\"DefaultPolicy\": \"Deny\""), o => o.Connect.Certificates!.CaFile = "/nowhere"));

    [Fact]
    public void Without_an_agent_somebody_must_say_what_holds_for_callers() =>
        Assert.Equal(
            "Consul:Connect:Authorization:DefaultPolicy is FromAgent, but with Consul:Connect:Certificates and without Consul:Address there is no agent to say what holds for callers; write Deny or Allow, or set Consul:Address.",
            Reading.OnlyFault(With("")));

    [Fact]
    public void Without_an_agent_none_can_be_asked_about_callers() =>
        Assert.Equal(
            "Consul:Connect:Authorization:Provider is Agent, but with Consul:Connect:Certificates and without Consul:Address there is no agent to ask about callers; write Intentions, or set Consul:Address.",
            Reading.OnlyFault(With("\"Provider\": \"Agent\", \"DefaultPolicy\": \"Deny\"")));

    [Fact]
    public void Without_an_agent_there_is_no_catalog_to_stand_in() =>
        Assert.Equal(
            "Consul:Service asks for an entry in the catalog, but with Consul:Connect:Certificates and without Consul:Address there is no agent to register with; name the app by Consul:Connect:Service instead, or set Consul:Address.",
            Reading.OnlyFault(With("\"DefaultPolicy\": \"Deny\"", """, "Service": { "Port": 8443 } """)));

    [Fact]
    public void With_an_agent_that_decides_its_own_default_policy_holds() =>
        Assert.Equal(
            "Consul:Connect:Authorization:DefaultPolicy is Deny beside Provider Agent, whose verdicts already hold the agent's own default policy; remove DefaultPolicy, or write Intentions as the Provider.",
            Reading.OnlyFault(With("\"Provider\": \"Agent\", \"DefaultPolicy\": \"Deny\"", """, "Address": "http://127.0.0.1:8500" """)));

    [Theory]
    [InlineData("Allow")]
    [InlineData("Deny")]
    public void Starts_without_an_agent_once_that_is_said(string policy) => Reading.Valid(With($"\"DefaultPolicy\": \"{policy}\""));

    [Fact]
    public void Starts_with_an_agent_as_any_other()
    {
        Reading.Valid(With("\"Provider\": \"Agent\"", """, "Address": "http://127.0.0.1:8500", "Service": { "Port": 8443 } """));
        Reading.Valid(With(""), null, ("CONSUL_HTTP_ADDR", "127.0.0.1:8500"));
    }

    public void Dispose() => _file.Dispose();
}
