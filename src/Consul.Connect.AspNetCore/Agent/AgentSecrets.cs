using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>The token and the TLS files, read again when they change: about every second by content, which also sees swapped links.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer or wait handle holds nothing.")]
internal sealed class AgentSecrets : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly AgentAddress _address;
    private readonly int _mostConnections;
    private readonly AgentTls _tls;
    private readonly TokenFile _token;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _run;
    private volatile CancellationTokenSource _changed = new();
    private volatile AgentConnections? _connections;
    private string? _fingerprint;
    private string? _fault;

    public AgentSecrets(AgentAddress address, ConsulConnectOptions options, TimeProvider time, ILogger logger)
    {
        (_address, _mostConnections, _logger) = (address, options.MaxConnections, logger);
        _tls = new(options.Tls, options.Origins.VerifyAgent);
        _token = new(options.Token, options.TokenFile, logger);
        _token.Reread();
        RereadTls();
        var watched = _token.IsWatched || (_address.UsesTls && _tls.IsWatched);
        using (ExecutionContext.SuppressFlow())
            _run = watched ? Task.Run(() => WatchAsync(time)) : Task.CompletedTask;
    }

    /// <summary>Cancelled when something has changed; the property then holds the next one.</summary>
    public CancellationToken Changed => _changed.Token;

    /// <summary>The token to send, or null.</summary>
    public string? Token => _token.Current;

    /// <summary>The connections to use; <see cref="AgentConnections.Leave"/> ends the use.</summary>
    /// <exception cref="AgentException">The TLS files have never been usable, or this has been disposed.</exception>
    public AgentConnections Enter()
    {
        while (_connections is { } connections)
        {
            if (connections.TryEnter())
                return connections;
        }

        if (_stop.IsCancellationRequested)
            throw new AgentException(AgentFault.Transient, $"no call to {_address} is possible any more: this service has stopped");
        throw new AgentException(AgentFault.Permanent, $"no call to {_address} is possible: {_fault}");
    }

    /// <summary>Reads the token at once.</summary>
    /// <returns>Whether it is another one.</returns>
    public bool RereadToken()
    {
        if (!_token.Reread())
            return false;
        Announce();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        Interlocked.Exchange(ref _connections, null)?.Leave();
    }

    private async Task WatchAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Pace, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    if (_token.Reread() | RereadTls())
                        Announce();
                }
                catch (Exception unexpected)
                {
                    // The next change must be seen all the same.
                    Log.SecretsUnreadable(_logger, unexpected);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private bool RereadTls()
    {
        if (_connections is not null && !(_address.UsesTls && _tls.IsWatched))
            return false;
        try
        {
            var fingerprint = _address.UsesTls ? _tls.Fingerprint() : "";
            if (fingerprint == _fingerprint)
                return false;
            var next = AgentConnections.Open(_address, _mostConnections, _address.UsesTls ? _tls.Load() : new());
            var previous = _connections;
            (_fingerprint, _connections, _fault) = (fingerprint, next, null);
            previous?.Leave();
            if (previous is not null)
                Log.TlsFilesChanged(_logger);
            return true;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            // Half of a change may be written yet; what worked before goes on.
            var fault = $"the files in Consul:Tls cannot be used: {AgentErrors.Clean(unusable.Message).TrimEnd('.')}";
            if (fault != _fault)
                Log.TlsFilesUnusable(_logger, fault);
            _fault = fault;
            return false;
        }
    }

    private void Announce()
    {
        CancellationTokenSource ended;
        lock (_gate)
            (ended, _changed) = (_changed, new());
        try
        {
            ended.Cancel();
        }
        catch (AggregateException)
        {
            // What one of those who wait for it throws is its own affair.
        }
    }
}
