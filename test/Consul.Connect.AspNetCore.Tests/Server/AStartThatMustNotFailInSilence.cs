using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Server;

/// <summary>Consul:Registration:FailFast.</summary>
public sealed class AStartThatMustNotFailInSilence
{
    [Fact]
    public async Task Fails_without_an_agent_and_says_what_is_missing()
    {
        var time = new FakeTime();
        await using var app = Build("http://127.0.0.1:1", failFast: true, time);
        var start = app.StartAsync();
        while (!start.IsCompleted)
        {
            await Task.WhenAny(time.WaitForTimersAsync(), start);
            if (!start.IsCompleted)
                time.AdvanceToNext();
        }

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => start);
        Assert.Contains("\"orders\" is not ready: no certificate", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Consul:Registration:FailFast", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_when_the_agent_refuses_the_entry()
    {
        await using var agent = await ScriptedAgent.StartAsync();
        agent.UseCa(TestCa.Create());
        using var refusal = agent.Fail("/v1/agent/service/register", 403, "Permission denied");
        await using var app = Build(agent.Address, failFast: true, TimeProvider.System);

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("\"orders\" is not in the catalog: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("403 Permission denied; the token needs service:write on \"orders\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_nothing_registered_when_it_fails()
    {
        await using var agent = await ScriptedAgent.StartAsync();
        agent.UseCa(TestCa.Create());
        using var refusal = agent.Fail("/v1/agent/connect/ca/leaf/billing", 403, "Permission denied");
        await using (var app = Build(agent.Address, failFast: true, TimeProvider.System, builder =>
        {
            builder.Configuration["Kestrel:Endpoints:Billing:Url"] = "https://127.0.0.1:0";
            builder.WebHost.UseConsulConnect("billing", o => o.Endpoint = "Billing");
        }))
        {
            var start = app.StartAsync();
            await Eventually.HoldsAsync("one of the two is registered", () => agent.Services.Count == 1);
            await Assert.ThrowsAsync<InvalidOperationException>(() => start);
        }

        Assert.Empty(agent.Services);
    }

    [Fact]
    public async Task Is_complete_when_callers_find_the_app()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await using var app = Build($"{agent.Address}", failFast: true, TimeProvider.System);

        await app.StartAsync();

        Assert.True(app.Services.GetRequiredService<ConnectService>().Registrar!.IsRegistered);
        await app.StopAsync();
    }

    [Fact]
    public async Task Without_it_the_host_starts_and_keeps_trying()
    {
        var time = new FakeTime();
        await using var app = Build("http://127.0.0.1:1", failFast: false, time);

        await app.StartAsync();

        Assert.False(app.Services.GetRequiredService<ConnectService>().IsReady);
        await app.StopAsync();
    }

    private static WebApplication Build(string agent, bool failFast, TimeProvider time, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production });
        builder.Configuration["Kestrel:Endpoints:Connect:Url"] = "https://127.0.0.1:0";
        builder.Configuration["Consul:Address"] = agent;
        builder.Configuration["Consul:Service:Name"] = "orders";
        builder.Configuration["Consul:Registration:FailFast"] = $"{failFast}";
        builder.Services.AddRoutingCore().AddSingleton(time);
        builder.WebHost.UseKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel")));
        builder.WebHost.UseConsulConnect();
        configure?.Invoke(builder);
        return builder.Build();
    }
}
