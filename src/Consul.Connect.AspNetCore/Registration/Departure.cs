using ConsulConnect.Agent;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Registration;

/// <summary>What a stop does to the entry.</summary>
internal sealed class Departure(AgentLink link, string name, ConsulShutdownAction action)
{
    /// <param name="id">What may be put in maintenance.</param>
    /// <param name="old">What was about to be removed anyway.</param>
    /// <returns>Whether it is done.</returns>
    public async Task<bool> LeaveAsync(string? id, IEnumerable<string> old, CancellationToken cancellationToken)
    {
        var leaving = old.Select(one => TryAsync(one, RemoveAsync, Log.DeregistrationFailed, cancellationToken)).ToList();
        if (id is not null && action == ConsulShutdownAction.Maintenance)
            leaving.Add(TryAsync(id, RestAsync, Log.MaintenanceFailed, cancellationToken));
        else if (id is not null)
            leaving.Add(TryAsync(id, RemoveAsync, Log.DeregistrationFailed, cancellationToken));
        return Array.TrueForAll(await Task.WhenAll(leaving), done => done);
    }

    private async Task<bool> TryAsync(string id, Func<string, CancellationToken, Task> leave, Action<ILogger, string, string, string> failed, CancellationToken cancellationToken)
    {
        try
        {
            await leave(id, cancellationToken).WaitAsync(cancellationToken);
            return true;
        }
        catch (AgentException failure)
        {
            failed(link.Logger, name, id, failure.Message);
        }
        catch (OperationCanceledException)
        {
            failed(link.Logger, name, id, "the agent did not answer in time");
        }

        return false;
    }

    private async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await link.Client.DeregisterServiceAsync(id, cancellationToken);
        Log.Deregistered(link.Logger, name, id);
    }

    private async Task RestAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await link.Client.SetMaintenanceAsync(id, enable: true, Maintenance.Reason, cancellationToken);
            Log.InMaintenance(link.Logger, name, id);
        }
        catch (AgentException missing) when (missing.Fault == AgentFault.Missing)
        {
            // What is not in the catalog, nobody finds there.
        }
    }
}
