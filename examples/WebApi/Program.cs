using System.Runtime.CompilerServices;
using ConsulConnect;
using WebApi;
using WebApi.Demo;

var builder = WebApplication.CreateBuilder(args);
builder.AddDemo(args);
builder.AddConsulDevAgent();
builder.WebHost.UseConsulConnect();
builder.Services.AddSingleton<OrderBook>();
builder.Services.AddHttpClient(Calls.Client).AddConsulConnect();

var app = builder.Build();
app.UseWebSockets();

// Callers of the mesh alone; /health answers everybody, and /call whoever is on the local endpoint.
var mesh = app.MapGroup("").RequireConnectAuthorization();
mesh.MapGet("/whoami", (ConnectPeer caller) => new Caller(caller.Service, caller.Namespace, caller.Datacenter, caller.SpiffeId));
mesh.MapGet("/api/orders", (OrderBook orders) => orders.All());
mesh.MapGet("/api/orders/{id:int}", (int id, OrderBook orders) => orders.Find(id) is { } order ? Results.Ok(order) : Results.NotFound());
mesh.MapPost("/api/orders", (NewOrder order, OrderBook orders) => orders.Add(order) is var added ? Results.Created($"/api/orders/{added.Id}", added) : null);
mesh.MapGet("/admin/stats", (OrderBook orders) => new Stats(orders.Count));
mesh.MapGet("/stream", (CancellationToken stop) => TypedResults.ServerSentEvents(Ticks(stop), eventType: "tick"));
mesh.Map("/ws", Echo.RunAsync);
app.MapGet("/health", () => "ok");
app.MapGet("/call/{service}/{**path}", Calls.AnswerAsync);

app.Run();

static async IAsyncEnumerable<string> Ticks([EnumeratorCancellation] CancellationToken stop)
{
    using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
    for (var tick = 0; ; tick++)
    {
        yield return $"{tick}";
        await timer.WaitForNextTickAsync(stop);
    }
}

/// <summary>Named, so that a test can start the app.</summary>
public partial class Program;
