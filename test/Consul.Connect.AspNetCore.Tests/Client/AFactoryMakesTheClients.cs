using System.Net;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Client;

public class AFactoryMakesTheClients
{
    [Fact]
    public async Task A_hundred_rotations_of_its_handlers_make_no_new_connection()
    {
        // As many clients of one service, whose handlers all live for as short as the factory lets them.
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"client-{i}")];
        await using var fleet = await Fleet.StartAsync(3);
        using var host = await HostAsync(fleet, services =>
        {
            foreach (var name in names)
                services.AddHttpClient(name, client => client.BaseAddress = new("https://payments.service.consul")).SetHandlerLifetime(TimeSpan.FromSeconds(1)).AddConsulConnect();
        });
        var clients = host.Services.GetRequiredService<IHttpClientFactory>();
        var handlers = host.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        var requests = await CallAllAsync();
        var first = names.ToDictionary(name => name, handlers.CreateHandler);

        await Eventually.HoldsAsync("the factory has replaced the handler of each", async _ =>
        {
            requests += await CallAllAsync();
            return names.All(name => !ReferenceEquals(first[name], handlers.CreateHandler(name)));
        });
        // The factory does so itself once nobody holds them, some time later.
        foreach (var handler in first.Values)
            Innermost(handler).Dispose();
        requests += await CallAllAsync();

        Assert.All(fleet.Members, member => Assert.Equal(1, member.Connections));
        Assert.Equal(requests, fleet.Members.Sum(member => member.Requests));
        await host.StopAsync();

        async Task<int> CallAllAsync()
        {
            foreach (var name in names)
            {
                using var http = clients.CreateClient(name);
                await http.GetStringAsync("/");
            }

            return names.Length;
        }
    }

    [Fact]
    public Task A_primary_handler_of_the_apps_own_before_ours_is_an_error_that_names_the_other_way() =>
        AssertRefusedAsync(builder => builder.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler()).AddConsulConnect());

    [Fact]
    public Task And_so_is_one_after_ours() =>
        AssertRefusedAsync(builder => builder.AddConsulConnect().ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler()));

    [Fact]
    public Task And_one_that_only_sets_up_the_handler() =>
        AssertRefusedAsync(builder => builder.AddConsulConnect().UseSocketsHttpHandler());

    [Fact]
    public async Task Other_clients_and_other_handlers_of_ours_are_left_alone()
    {
        var services = Services();
        services.AddTransient<Passing>();
        services.AddHttpClient("mesh").AddHttpMessageHandler<Passing>().AddConsulConnect().AddConsulConnect().AddHttpMessageHandler<Passing>();
        services.AddHttpClient("web").ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler());
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IHttpClientFactory>().CreateClient("mesh").Dispose();
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("web").Dispose();
    }

    [Fact]
    public async Task The_defaults_are_for_all_of_them()
    {
        await using var fleet = await Fleet.StartAsync(1);
        using var host = await HostAsync(fleet, services =>
        {
            services.ConfigureHttpClientDefaults(builder => builder.AddConsulConnect());
            services.AddHttpClient("named");
            services.AddHttpClient("twice").AddConsulConnect();
            services.AddHttpClient("web").ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler());
        });
        var clients = host.Services.GetRequiredService<IHttpClientFactory>();

        foreach (var name in new[] { "", "named", "twice", "never mentioned" })
        {
            using var http = clients.CreateClient(name);
            Assert.Equal("0", await http.GetStringAsync("https://payments.service.consul/"));
        }

        Assert.Contains("\"web\"", Assert.Throws<InvalidOperationException>(() => clients.CreateClient("web")).Message);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_handler_of_the_apps_own_can_dial_by_our_callback()
    {
        await using var fleet = await Fleet.StartAsync(2);
        await using var client = await fleet.CallerAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = client.Service.ConnectCallback });

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("https://payments.service.consul/")).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://payments.service.consul/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Contains("write <service>.service", (await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("https://example.com/"))).ToString());
        Assert.Contains("without TLS", (await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://payments.service.consul/"))).ToString());
    }

    private static HttpMessageHandler Innermost(HttpMessageHandler handler) => handler is DelegatingHandler { InnerHandler: { } inner } ? Innermost(inner) : handler;

    private static async Task AssertRefusedAsync(Action<IHttpClientBuilder> configure)
    {
        var services = Services();
        configure(services.AddHttpClient("payments"));
        await using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("payments"));
        Assert.Contains("ConnectCallback", failure.Message);
        Assert.Contains("\"payments\"", failure.Message);
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddConsulConnect(options => options.Connect.Service = "web");
        return services;
    }

    private static async Task<IHost> HostAsync(Fleet fleet, Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new IdentityFiles("web", fleet.Authority).Settings);
        var instances = new NamedInstances();
        instances.Are(fleet.Instances);
        builder.Services.AddSingleton<IConnectResolver>(instances);
        builder.Services.AddConsulConnect(options =>
        {
            options.Connect.Service = "web";
            options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(30);
        });
        configure(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class Passing : DelegatingHandler;
}
