using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

/// <summary>Instances of one service in this process, each on its own port, which count what reaches them.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<IdentityFiles> _identities = [];

    private Fleet(TestCa authority) => Authority = authority;

    public TestCa Authority { get; }

    public List<Member> Members { get; } = [];

    /// <param name="count">How many instances.</param>
    /// <param name="service">Whose.</param>
    /// <param name="map">The pipeline; null: <c>/</c> answers the instance's number.</param>
    /// <param name="settings">On top of the identity's.</param>
    public static async Task<Fleet> StartAsync(int count, string service = "payments", Action<WebApplication>? map = null, TestCa? authority = null, params (string Key, string Value)[] settings)
    {
        var fleet = new Fleet(authority ?? TestCa.Create());
        for (var i = 0; i < count; i++)
            await fleet.AddAsync(service, map, settings);
        return fleet;
    }

    public async Task<Member> AddAsync(string service = "payments", Action<WebApplication>? map = null, params (string Key, string Value)[] settings)
    {
        var identity = new IdentityFiles(service, Authority);
        _identities.Add(identity);
        var member = new Member(identity);
        var all = identity.Settings;
        foreach (var (key, value) in settings)
            all[key] = value;
        member.App = await MeshApp.StartAsync(
            service,
            all,
            map: app =>
            {
                app.Use(member.CountAsync);
                map?.Invoke(app);
                app.Run(context => context.Response.WriteAsync($"{Members.IndexOf(member)}"));
            },
            before: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Use(member.CountAsync))));
        await member.App.ReadyAsync(TimeSpan.FromSeconds(60));
        Members.Add(member);
        return member;
    }

    public ConnectInstance[] Instances => [.. Members.Select(member => NamedInstances.At(member.Port))];

    /// <summary>A caller that knows all of them.</summary>
    public async Task<MeshClient> CallerAsync(Action<ConsulConnectOptions>? configure = null, TimeProvider? time = null)
    {
        var client = await MeshClient.StartAsync(Authority, configure, time);
        client.Instances.Are(Instances);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.App.DisposeAsync();
        foreach (var identity in _identities)
            identity.Dispose();
    }

    internal sealed class Member(IdentityFiles identity)
    {
        private int _requests;
        private int _connections;

        public IdentityFiles Identity => identity;

        public MeshApp App { get; set; } = null!;

        public int Port => App.Mesh.Port;

        public int Requests => Volatile.Read(ref _requests);

        public int Connections => Volatile.Read(ref _connections);


        public Task CountAsync(HttpContext context, RequestDelegate next)
        {
            Interlocked.Increment(ref _requests);
            return next(context);
        }

        public ConnectionDelegate CountAsync(ConnectionDelegate next) => context =>
        {
            Interlocked.Increment(ref _connections);
            return next(context);
        };
    }
}
