using ConsulConnect.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Server;

/// <summary>
/// Applies what may change in the configuration while the app runs, the definitions, and says what else has changed and does not count.
/// </summary>
internal sealed class ConfigurationReload(ConnectServices identities, IEnumerable<CodeOptions> code, ILoggerFactory loggers, IConfiguration? configuration = null) : IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("ConsulConnect");
    private readonly Lock _gate = new();

    // What is still wrong or odd is not said again each time something else changes.
    private readonly Dictionary<ConnectService, IReadOnlyCollection<string>> _said = [];
    private KeysInUse? _keys;
    private IDisposable? _following;

    public void Start()
    {
        if (configuration is null)
            return;
        _keys = new(configuration);
        _following = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    public void Dispose() => _following?.Dispose();

    private void Reload()
    {
        lock (_gate)
        {
            Safely("Consul", SayWhatIsLeft);
            foreach (var service in identities.All.Where(service => service.Registrar is not null))
                Safely(service.Options.DefinitionPath, () => Redefine(service));
        }
    }

    private void Safely(string section, Action apply)
    {
        try
        {
            apply();
        }
        catch (Exception e)
        {
            // Whoever changed the configuration is no caller of ours, and must not get our fault.
            Log.ReloadFailed(_logger, section, e.GetType().Name);
        }
    }

    private void SayWhatIsLeft()
    {
        var now = new KeysInUse(configuration);
        if (now.ChangedSince(_keys!) is { Count: > 0 } changed)
            Configuration.Log.NeedsRestart(_logger, string.Join(", ", changed), string.Join(", ", identities.All.Select(service => service.Options.DefinitionPath)));
        _keys = now;
    }

    private void Redefine(ConnectService service)
    {
        var read = ConnectConfiguration.ReadDefinition(configuration!, Environment.GetEnvironmentVariable, code.Of(service.Options.Identity), service.Options);
        List<string> faults = [.. read.Faults, .. read.Definition is { } one ? IdentitiesTogether.SharedIds(service, one, identities.All) : []];
        var before = _said.GetValueOrDefault(service) ?? [.. service.Configuration.Warnings, .. service.Configuration.Hints];
        _said[service] = [.. read.Warnings, .. read.Hints, .. faults];
        foreach (var warning in read.Warnings.Except(before))
            Configuration.Log.Warning(_logger, warning);
        foreach (var hint in read.Hints.Except(before))
            Configuration.Log.Hint(_logger, hint);
        if (faults.Except(before).Any())
            Configuration.Log.DefinitionRefused(_logger, string.Join(' ', faults));
        if (faults.Count == 0 && read.Definition is { } definition)
            service.Registrar!.Redefine(definition);
    }
}
