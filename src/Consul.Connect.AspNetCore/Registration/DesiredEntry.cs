using System.Net;
using System.Text.Json;
using ConsulConnect.Agent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Registration;

/// <summary>What the catalog should say. One that says something new is another object.</summary>
/// <param name="Listener">What it was made for.</param>
internal sealed record Desired(ServiceRegistration Entry, IPEndPoint? Listener);

/// <summary>Makes the entry of the definition and of where the mesh listener is bound at the moment; both may change.</summary>
internal sealed class DesiredEntry
{
    private readonly string _name;
    private readonly Func<IPEndPoint?> _listener;
    private readonly ILogger _logger;
    private volatile ConsulServiceOptions _definition;
    private (ConsulServiceOptions Definition, IPEndPoint? Listener)? _tried;
    private Desired? _desired;

    /// <param name="name">The service's name, which is its identity's too, so that it stays.</param>
    /// <param name="path">Where the definition stands in the configuration.</param>
    /// <exception cref="OptionsValidationException">No entry can be made of this; all faults are named.</exception>
    public DesiredEntry(string name, string path, ConsulServiceOptions definition, Func<IPEndPoint?> listener, ILogger logger)
    {
        (_name, Path, _definition, _listener, _logger) = (name, path, definition, listener, logger);
        var at = listener();
        if (!IsBound(at))
            return;
        var entry = CatalogEntry.From(definition, name, at);
        if (Faults(entry, at) is { Count: > 0 } faults)
            throw new OptionsValidationException(nameof(ConsulConnectOptions), typeof(ConsulConnectOptions), faults);
        (_tried, _desired) = ((definition, at), new(entry, at));
    }

    /// <summary>Where the definition stands in the configuration.</summary>
    public string Path { get; }

    /// <summary>From now on this definition holds.</summary>
    public void Redefine(ConsulServiceOptions definition) => _definition = definition;

    /// <param name="inForce">What the agent has been told; one that would say the same is this one.</param>
    /// <returns>Null while the listener is not bound. For one loop, not for several threads.</returns>
    public Desired? Current(Desired? inForce)
    {
        var (definition, at) = (_definition, _listener());
        if (!IsBound(at) || (_tried is { } tried && tried.Definition == definition && Equals(tried.Listener, at)))
            return _desired;
        _tried = (definition, at);
        var entry = CatalogEntry.From(definition, _name, at);
        if (Faults(entry, at) is { Count: > 0 } faults)
            Log.NotApplied(_logger, _name, string.Join(" ", faults));
        else
            _desired = inForce is not null && IsSame(inForce.Entry, entry) ? inForce : new(entry, at);
        return _desired;
    }

    private static bool IsBound(IPEndPoint? at) => at is not { Port: 0 };

    private List<string> Faults(ServiceRegistration entry, IPEndPoint? at) =>
        at is null && (entry.Address is null || entry.Port == 0)
            ? [$"The mesh is served at a socket, which callers cannot dial; set {Path}:Address and {Path}:Port to where they can."]
            : [.. MeshEndpointChecks.Faults(Path, entry, at)];

    /// <summary>Whether the agent would be told the same.</summary>
    private static bool IsSame(ServiceRegistration one, ServiceRegistration other) => Wire(one).AsSpan().SequenceEqual(Wire(other));

    private static byte[] Wire(ServiceRegistration entry) => JsonSerializer.SerializeToUtf8Bytes(RegistrationJson.From(entry, knowsRedirects: true), AgentJson.Default.RegistrationJson);
}
