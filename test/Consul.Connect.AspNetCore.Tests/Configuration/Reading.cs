using System.Text;
using ConsulConnect.Configuration;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Tests.Configuration;

/// <summary>Reads options as an app does, from an appsettings.json, variables and code.</summary>
internal static class Reading
{
    /// <summary>A section that is valid by itself, for tests about something else.</summary>
    public const string Named = """{ "Service": { "Name": "orders" } }""";

    /// <param name="consul">The JSON of the <c>Consul</c> section.</param>
    /// <param name="configure">Code.</param>
    /// <param name="environment">Variables and their values.</param>
    public static ReadResult Read(string? consul, Action<ConsulConnectOptions>? configure = null, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(v => v.Name, v => v.Value);
        return ConnectConfiguration.Read(consul is null ? null : Configuration(consul), variables.GetValueOrDefault, configure);
    }

    /// <summary>Reads what holds for one of several identities.</summary>
    public static ReadResult As(string identity, string consul, Action<ConsulConnectOptions>? configure = null) =>
        ConnectConfiguration.Read(Configuration(consul), _ => null, configure, identity);

    public static IConfiguration Configuration(string consul) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Consul": {{consul}} }"""))).Build();

    /// <summary>The definition alone, which must be valid.</summary>
    public static ConsulServiceOptions Service(string definition) => Valid($$"""{ "Service": {{definition}} }""").Service!;

    public static ReadResult Environment(params (string Name, string Value)[] environment) => Read(Named, null, environment);

    public static string OnlyFault(string? consul, Action<ConsulConnectOptions>? configure = null, params (string Name, string Value)[] environment) =>
        Assert.Single(Read(consul, configure, environment).Faults);

    public static ConsulConnectOptions Valid(string? consul, Action<ConsulConnectOptions>? configure = null, params (string Name, string Value)[] environment)
    {
        var result = Read(consul, configure, environment);
        Assert.Empty(result.Faults);
        return result.Options;
    }
}
