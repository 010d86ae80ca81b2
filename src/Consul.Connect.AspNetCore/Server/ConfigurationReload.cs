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
            try
            {
                SayWhatIsLeft();
                foreach (var service in identities.All)
                    Redefine(service);
            }
            catch (Exception e)
            {
                // Whoever changed the configuration is no caller of ours, and must not get our fault.
                Log.ReloadFailed(_logger, e.GetType().Name);
            }
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
        if (service.Registrar is null)
            return;
        var read = ConnectConfiguration.ReadDefinition(configuration!, Environment.GetEnvironmentVariable, code.Of(service.Options.Identity), service.Options);
        foreach (var warning in read.Warnings)
            Configuration.Log.Warning(_logger, warning);
        foreach (var hint in read.Hints)
            Configuration.Log.Hint(_logger, hint);
        if (read.Faults.Count > 0)
            Configuration.Log.DefinitionRefused(_logger, string.Join(' ', read.Faults));
        else if (read.Definition is { } definition)
            service.Registrar.Redefine(definition);
    }
}
