using System.Net;
using System.Net.Security;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Tests.Server;

/// <summary>Orders and billing: each with its own certificate, endpoint, intentions and entry in the catalog.</summary>
public sealed class SeveralServicesInOneProcess : IAsyncLifetime
{
    private ConsulDevAgent _agent = null!;
    private MeshCaller _web = null!;

    public async Task InitializeAsync()
    {
        _agent = await ConsulDevAgent.StartAsync(new() { DefaultIntentionPolicy = "deny" });
        var leaf = await _agent.IssueLeafAsync("web");
        _web = new() { Certificate = SslStreamCertificateContext.Create(leaf.Certificate, leaf.Intermediates, offline: true), Roots = leaf.Roots };
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task Each_shows_its_own_leaf_where_the_catalog_says_it_is()
    {
        _agent.Allow("web", "*");
        await using var app = await StartAsync();

        foreach (var service in new[] { "orders", "billing" })
        {
            var port = await PortAsync(service);
            using var http = (_web with { ExpectedUri = $"spiffe://{app.Service.Credentials.Current!.Self.TrustDomain}/ns/default/dc/dc1/svc/{service}" }).CreateHttpsClient(port);
            Assert.EndsWith("/svc/web", await http.GetStringAsync("/whoami"), StringComparison.Ordinal);
        }

        Assert.NotEqual(await PortAsync("orders"), await PortAsync("billing"));
    }

    [Fact]
    public async Task The_intentions_of_one_say_nothing_about_the_other()
    {
        _agent.SetIntentions("billing", IntentionSource.WithPermissions("web", IntentionRule.Allow("/whoami")));
        _agent.Allow("web", "orders");
        await using var app = await StartAsync();

        Assert.Equal(200, await StatusAsync("orders", "/whoami"));
        Assert.Equal(200, await StatusAsync("orders", "/other"));
        Assert.Equal(200, await StatusAsync("billing", "/whoami"));
        Assert.Equal(403, await StatusAsync("billing", "/other"));
    }

    [Fact]
    public async Task A_client_calls_as_whom_it_chose()
    {
        _agent.Allow("billing", "orders");
        _agent.Allow("orders", "billing");
        await using var app = await StartAsync();
        var clients = app.Services.GetRequiredService<IHttpClientFactory>();

        Assert.EndsWith("/svc/billing", await CallAsync(clients.CreateClient("as-billing"), "https://orders.service.consul/whoami"), StringComparison.Ordinal);
        Assert.EndsWith("/svc/orders", await CallAsync(clients.CreateClient("as-orders"), "https://billing.service.consul/whoami"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_a_definition_is_named_by_its_key_and_not_in_the_catalog()
    {
        _agent.Allow("billing", "orders");
        await using var app = await StartAsync(definesBilling: false);
        var billing = app.Services.GetRequiredKeyedService<ConnectService>("billing");
        await billing.WaitUntilReadyAsync();

        Assert.Equal(("billing", false), (billing.Name, billing.Registrar is not null));
        Assert.EndsWith("/svc/billing", await CallAsync(app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("as-billing"), "https://orders.service.consul/whoami"), StringComparison.Ordinal);
        Assert.Empty(await EntriesAsync("billing"));
    }

    [Fact]
    public async Task Both_leave_the_catalog_in_the_time_of_one()
    {
        await using var app = await StartAsync(settings: ("Consul:Registration:PropagationDelay", "0s"));

        await app.StopAsync();

        Assert.Empty(await EntriesAsync("orders"));
        Assert.Empty(await EntriesAsync("billing"));
    }

    [Fact]
    public async Task The_health_check_reports_on_both()
    {
        await using var app = await StartAsync();
        // The agent has an entry a moment before it has said so.
        await Eventually.HoldsAsync("both know it", () => app.Service.Registrar!.IsRegistered && app.Services.GetRequiredKeyedService<ConnectService>("billing").Registrar!.IsRegistered);
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal("\"orders\" is in the mesh. \"billing\" is in the mesh.", report.Entries["consul-connect"].Description);
        Assert.Contains("billing.spiffeId", report.Entries["consul-connect"].Data.Keys);
    }

    [Fact]
    public async Task Two_on_one_endpoint_are_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(endpoint: "connect"));
        Assert.Contains("\"orders\" and \"billing\" share the endpoint", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_endpoint_is_not_configured_is_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(endpoint: "Elsewhere"));
        Assert.Contains("Kestrel:Endpoints:Elsewhere is not set, and \"billing\" is served nowhere else", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_defined_and_that_the_app_does_not_have_is_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(settings: ("Consul:Services:shipping:Name", "shipping")));
        Assert.Contains("Consul:Services:shipping defines a service that this app does not have", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_share_an_id_are_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(settings: [("Consul:Service:Id", "one"), ("Consul:Services:billing:Id", "one")]));
        Assert.Contains("Consul:Service:Id and Consul:Services:billing:Id are both \"one\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_share_the_id_of_a_check_are_one_too()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(settings:
        [
            ("Consul:Service:Checks:0:Id", "ttl"), ("Consul:Service:Checks:0:Ttl", "30s"), ("Consul:Services:billing:Checks:0:Id", "ttl"), ("Consul:Services:billing:Checks:0:Ttl", "30s"),
        ]));
        Assert.Contains("Consul:Service:Checks:0:Id and Consul:Services:billing:Checks:0:Id are both \"ttl\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_come_to_share_an_id_stay_as_they_are()
    {
        await using var app = await StartAsync(settings: ("Consul:Service:Id", "one"));
        app.Logs.Expect("DefinitionRefused");
        Change(app, "Consul:Services:billing:Id", "one");

        Assert.Contains("Consul:Service:Id and Consul:Services:billing:Id are both \"one\"", (await app.Logs.WaitForAsync("DefinitionRefused")).Message, StringComparison.Ordinal);
        Assert.NotEqual("one", (await EntriesAsync("billing"))[0]!["Service"]!["ID"]!.GetValue<string>());
    }

    [Fact]
    public async Task One_whose_code_fails_at_a_change_keeps_no_other_from_it()
    {
        var isBroken = false;
        await using var app = await StartAsync(configure: builder => builder.WebHost.UseConsulConnect(_ =>
        {
            if (isBroken)
                throw new InvalidOperationException("ours");
        }));
        app.Logs.Expect("ReloadFailed");
        isBroken = true;
        Change(app, "Consul:Services:billing:Tags:0", "third");

        await Eventually.HoldsAsync("the other one is changed", async _ => (await EntriesAsync("billing"))[0]!["Service"]!["Tags"]![0]!.GetValue<string>() == "third");
        Assert.Contains("The changed configuration of Consul:Service could not be read", (await app.Logs.WaitForAsync("ReloadFailed")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_whose_names_differ_in_case_alone_are_a_start_fault()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(configure: builder => builder.Services.AddConsulConnect("Billing")));
        Assert.Contains("Two identities of this app are named \"billing\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_calls_as_nobody_the_app_is_cannot_be_built()
    {
        await using var app = await StartAsync(configure: builder => builder.Services.AddHttpClient("misspelt").AddConsulConnect(options => options.As = "biling"));

        var fault = Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("misspelt"));
        Assert.Contains("The HttpClient \"misspelt\" calls as \"biling\", which this app is not", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_in_code_is_whose_it_says()
    {
        _agent.Allow("web", "billing");
        await using var app = await StartAsync(endpoint: "Code", configure: builder => builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseConsulConnect(options => options.As = "billing"))));

        Assert.Equal(200, await StatusAsync("billing", "/whoami"));
    }

    private static Task<string> CallAsync(HttpClient http, string address) =>
        Eventually.ReadsAsync("the call is served", ending => http.GetStringAsync(address, ending), _ => true);

    private async Task<MeshApp> StartAsync(bool definesBilling = true, string endpoint = "Billing", Action<WebApplicationBuilder>? configure = null, params (string Key, string Value)[] settings)
    {
        List<KeyValuePair<string, string?>> all =
        [
            new("Consul:Address", $"{_agent.Address}"),
            new("Consul:Service:Name", "orders"),
            new("Consul:Connect:Service", null),
            .. settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)),
        ];
        if (endpoint == "Billing")
            all.Add(new("Kestrel:Endpoints:Billing:Url", "https://127.0.0.1:0"));
        if (definesBilling)
            all.Add(new("Consul:Services:billing:Tags:0", "second"));
        var app = await MeshApp.StartAsync("orders", all, builder =>
        {
            builder.WebHost.UseConsulConnect("billing", options => options.Endpoint = endpoint);
            builder.Services.AddHttpClient("as-billing").AddConsulConnect(options => options.As = "billing");
            builder.Services.AddHttpClient("as-orders").AddConsulConnect();
            builder.Services.AddHealthChecks().AddConsulConnect();
            configure?.Invoke(builder);
        }, app =>
        {
            app.MapGet("/whoami", (ConnectPeer caller) => caller.SpiffeId);
            app.MapGet("/other", () => "other");
        });
        await app.ReadyAsync();
        if (definesBilling)
            await PortAsync("billing");
        await PortAsync("orders");
        return app;
    }

    private static void Change(MeshApp app, string key, string value)
    {
        var configuration = (IConfigurationRoot)app.Services.GetRequiredService<IConfiguration>();
        configuration[key] = value;
        configuration.Reload();
    }

    private async Task<int> StatusAsync(string service, string path) =>
        (await Http2Connection.SendOnceAsync(_web, await PortAsync(service), Http2Connection.Request("GET", path))).Status ?? 0;

    private async Task<int> PortAsync(string service) =>
        (await Eventually.ReadsAsync($"{service} is in the catalog", async _ => await EntriesAsync(service), entries => entries.Count == 1))[0]!["Service"]!["Port"]!.GetValue<int>();

    private async Task<JsonArray> EntriesAsync(string service)
    {
        using var http = new HttpClient { BaseAddress = _agent.Address };
        return JsonNode.Parse(await http.GetStringAsync($"/v1/health/connect/{service}"))!.AsArray();
    }
}
