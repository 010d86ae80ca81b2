using System.Text.Json;
using System.Threading.Channels;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

/// <summary>An agent that knows services and their checks only, and does what a test tells it.</summary>
internal sealed partial class CatalogAgent : IAgentClient, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, RegisteredService> _services = [];
    private readonly Dictionary<string, (string Service, RegisteredCheck Check)> _checks = [];
    private readonly List<string> _contents = [];
    private readonly List<string> _writes = [];
    private TaskCompletionSource _event = New();
    private int _followers;
    private int _turn;
    private int _registering;
    private CancellationTokenSource _credentials = new();
    private Func<string, AgentException?> _failure = _ => null;
    private Func<string, bool> _hangs = _ => false;
    private TaskCompletionSource _delay = Done();

    public string Address { get; set; } = "http://127.0.0.1:8500";

    public CancellationToken Changed => _credentials.Token;

    /// <summary>What the operator says the service speaks; null: nothing.</summary>
    public string? Protocol { get; set; }

    /// <summary>A registration is answered only then, though it holds already.</summary>
    public Task Answering { get; set; } = Task.CompletedTask;

    public IReadOnlyList<Intention> Intentions { get; set; } = [];

    /// <summary>What came with the last registration.</summary>
    public ServiceRegistration? Sent { get; private set; }

    /// <summary>What the last heartbeat of each check said.</summary>
    public Dictionary<string, string> Outputs { get; } = [];

    /// <summary>How many registrations it has carried out.</summary>
    public int Accepted { get; private set; }

    /// <summary>What it has against a registration; null: nothing.</summary>
    public Func<ServiceRegistration, AgentException?> Refuses { get; set; } = _ => null;

    public IReadOnlyList<RegisteredService> Services => Locked(() => _services.Values.ToList());

    /// <summary>The checks of all instances, as <c>id status</c>.</summary>
    public IReadOnlyList<string> Checks => Locked(() => _checks.Values.Select(one => $"{one.Check.Id} {one.Check.Status}").Order(StringComparer.Ordinal).ToList());

    /// <summary>The calls so far that change something, heartbeats excepted.</summary>
    public IReadOnlyList<string> Writes => Locked(() => _writes.ToList());

    /// <summary>Waits for a call of this kind; the ones before it are passed over.</summary>
    public async Task<string> SeenAsync(string kind)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var call = await _calls.Reader.ReadAsync(patience.Token);
            if (call.StartsWith(kind, StringComparison.Ordinal))
                return call;
        }
    }

    /// <summary>Passes over the calls up to the first of this kind, and says whether there was one.</summary>
    public bool HasSeen(string kind)
    {
        while (_calls.Reader.TryRead(out var call))
        {
            if (call.StartsWith(kind, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>Whether somebody waits for a change of an entry, which nobody is about to make.</summary>
    public bool IsFollowed => Locked(() => _followers > 0 && _registering == 0);

    /// <summary>Passes over the calls so far, and says whether one was of this kind.</summary>
    public bool Saw(string kind)
    {
        var saw = false;
        while (_calls.Reader.TryRead(out var call))
            saw |= call.StartsWith(kind, StringComparison.Ordinal);
        return saw;
    }

    /// <summary>Passes over the calls so far, and says how many they were.</summary>
    public int CountNew()
    {
        var count = 0;
        while (_calls.Reader.TryRead(out _))
            count++;
        return count;
    }

    public bool SawNothingMore() => !_calls.Reader.TryRead(out _);

    /// <summary>All calls fail so from now on, waiting ones too; null: they succeed.</summary>
    public void Fail(Func<string, AgentException?>? failure) => Happen(() => _failure = failure ?? (_ => null));

    /// <summary>Calls of this kind are not answered; null: all are.</summary>
    public void Hang(string? kind = "") => _hangs = call => kind is not null && call.StartsWith(kind, StringComparison.Ordinal);

    /// <summary>Registrations are carried out when what is returned completes, whether somebody still waits for the answer or not.</summary>
    public TaskCompletionSource DelayRegistrations() => _delay = New();

    public void Forget() => Happen(() =>
    {
        _services.Clear();
        _checks.Clear();
    });

    public void ForgetCheck(string id) => Locked(() => _checks.Remove(id));

    /// <summary>Another process registers under an id.</summary>
    public void Put(RegisteredService service, params RegisteredCheck[] checks) => Happen(() =>
    {
        _services[service.Id] = service;
        foreach (var check in checks)
            _checks[check.Id] = (service.Id, check);
    });

    public void Change(string id, Func<RegisteredService, RegisteredService> change) => Happen(() => _services[id] = change(_services[id]));

    public void SetStatus(string checkId, string status) => Locked(() => _checks[checkId] = (_checks[checkId].Service, _checks[checkId].Check with { Status = status }));

    /// <summary>A waiting call is answered with what it knows already.</summary>
    public void LetWaitsElapse() => Happen(() => { });

    public void ChangeToken()
    {
        var before = _credentials;
        _credentials = new();
        before.Cancel();
        before.Dispose();
    }

    public void Dispose() => _credentials.Dispose();

    public async Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        Locked(() => ++_registering);
        try
        {
            await CarryOutAsync(registration, cancellationToken).WaitAsync(cancellationToken);
        }
        finally
        {
            Locked(() => --_registering);
        }
    }

    private async Task CarryOutAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        await CallAsync($"register {registration.Id}", cancellationToken);
        if (Refuses(registration) is { } refusal)
            throw refusal;
        await _delay.Task;
        Happen(() =>
        {
            (Sent, Accepted) = (registration, Accepted + 1);
            // Agents add some things of their own.
            var tagged = new Dictionary<string, ServiceAddress>(registration.TaggedAddresses);
            if (registration.Address is { } address)
                tagged.TryAdd("lan_ipv4", new(address, registration.Port));
            _services[registration.Id] = new(registration.Id, registration.Name, registration.Address ?? "", registration.Port)
            {
                Tags = registration.Tags,
                Meta = registration.Meta,
                TaggedAddresses = tagged,
                Weights = registration.Weights ?? new(1, 1),
                EnableTagOverride = registration.EnableTagOverride,
                IsNative = true,
            };
            // A check that is there keeps its status.
            foreach (var check in registration.Checks)
            {
                var status = _checks.TryGetValue(check.Id, out var known) ? known.Check.Status : CheckJson.Spell(check.Status);
                _checks[check.Id] = (registration.Id, new(check.Id, status, check.Definition.Notes ?? ""));
            }
        });
        await Answering.WaitAsync(cancellationToken);
    }

    public async Task DeregisterServiceAsync(string id, CancellationToken cancellationToken)
    {
        await CallAsync($"deregister {id}", cancellationToken);
        Happen(() =>
        {
            _services.Remove(id);
            foreach (var check in _checks.Where(one => one.Value.Service == id).ToList())
                _checks.Remove(check.Key);
        });
    }

    public async Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken)
    {
        var (next, turn) = Locked(() => (_event.Task, _turn));
        await CallAsync($"follow {id} {query.Hash}", cancellationToken);
        var waits = query.Hash is not null && query.Hash == Locked(() => _services.TryGetValue(id, out var service) ? Hash(service) : null);
        if (waits)
        {
            Locked(() => turn == _turn ? ++_followers : 0);
            try
            {
                await next.WaitAsync(cancellationToken);
            }
            finally
            {
                Locked(() => turn == _turn ? --_followers : 0);
            }

            if (_failure("follow") is { } failure)
                throw failure;
        }

        return Locked(() => _services.TryGetValue(id, out var known)
            ? new AgentAnswer<RegisteredService>(known, null, Hash(known), TimeSpan.Zero, Hash(known))
            : throw new AgentException(AgentFault.Missing, $"unknown service ID: {id}"));
    }

    public async Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken)
    {
        await CallAsync($"checks {serviceId}", cancellationToken);
        return Locked(() => new AgentAnswer<RegisteredChecks>(new([.. _checks.Values.Where(one => one.Service == serviceId).Select(one => one.Check)]), null, null, TimeSpan.Zero, ""));
    }

    public async Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken)
    {
        await CallAsync($"update {id} {CheckJson.Spell(status)}", cancellationToken);
        Locked(() =>
        {
            if (!_checks.TryGetValue(id, out var known))
                throw new AgentException(AgentFault.Missing, $"CheckID \"{id}\" does not have associated TTL");
            _checks[id] = (known.Service, known.Check with { Status = CheckJson.Spell(status) });
            Outputs[id] = output;
            return true;
        });
    }

    public async Task DeregisterCheckAsync(string id, CancellationToken cancellationToken)
    {
        await CallAsync($"remove {id}", cancellationToken);
        Locked(() => _checks.Remove(id));
    }

    public async Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken)
    {
        await CallAsync($"maintenance {serviceId} {(enable ? "on" : "off")}", cancellationToken);
        var id = $"_service_maintenance:{serviceId}";
        Locked(() =>
        {
            if (!_services.ContainsKey(serviceId))
                throw new AgentException(AgentFault.Missing, $"No service registered with ID \"{serviceId}\"");
            if (!enable)
                _checks.Remove(id);
            else
                _checks.TryAdd(id, (serviceId, new(id, "critical", reason)));
            return true;
        });
    }

    public async Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken)
    {
        await CallAsync("defaults", cancellationToken);
        return new(new(Protocol ?? throw new AgentException(AgentFault.Missing, "Config entry not found")), null, null, TimeSpan.Zero, "");
    }

    public async Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken)
    {
        await CallAsync("match", cancellationToken);
        return new(new(Intentions), 1, null, TimeSpan.Zero, "");
    }

    private static TaskCompletionSource Done()
    {
        var done = New();
        done.SetResult();
        return done;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>h1 for the first content there ever was, h2 for the next.</summary>
    private string Hash(RegisteredService service)
    {
        var content = JsonSerializer.Serialize(service);
        if (!_contents.Contains(content))
            _contents.Add(content);
        return $"h{_contents.IndexOf(content) + 1}";
    }

    private async Task CallAsync(string call, CancellationToken cancellationToken)
    {
        if (call.Split(' ')[0] is "register" or "deregister" or "remove" or "maintenance")
        {
            lock (_gate)
                _writes.Add(call);
        }

        _calls.Writer.TryWrite(call);
        if (_hangs(call))
            await New().Task.WaitAsync(cancellationToken);
        if (_failure(call) is { } failure)
            throw failure;
    }

    private T Locked<T>(Func<T> what)
    {
        lock (_gate)
            return what();
    }

    private void Happen(Action what)
    {
        lock (_gate)
        {
            what();
            // Who was waiting has something to look at, though it may take a moment until it does.
            (_followers, _turn) = (0, _turn + 1);
            var before = _event;
            _event = New();
            before.SetResult();
        }
    }
}
