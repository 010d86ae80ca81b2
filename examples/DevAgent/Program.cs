// A Consul agent for development, until Ctrl+C:
//   dotnet run --project examples/DevAgent -- --http-port 8500 --default-intention-policy deny
using ConsulConnect.DevAgent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateEmptyApplicationBuilder(new() { Args = args });
builder.Logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning);
using var host = builder.Build();

await using var agent = await ConsulDevAgent.StartAsync(new()
{
    Port = builder.Configuration.GetValue("http-port", 8500),
    DefaultIntentionPolicy = builder.Configuration["default-intention-policy"],
    LoggerFactory = (ILoggerFactory?)host.Services.GetService(typeof(ILoggerFactory)),
});
Console.WriteLine($"export CONSUL_HTTP_ADDR={agent.Address.Authority}");
await host.RunAsync();
