using System.Net;
using System.Threading.Channels;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

/// <summary>The real loop, under a clock moved by hand, against answers the test gives call by call.</summary>
internal sealed class WatchedLoop : IAsyncDisposable
{
    private readonly Channel<PendingCall> _calls = Channel.CreateUnbounded<PendingCall>();

    public WatchedLoop(AgentLink? link = null, FakeTime? time = null, WatchPace? pace = null, TimeSpan? wait = null, bool heals = false, string service = "web")
    {
        Service = service;
        Time = time ?? new FakeTime();
        Link = link ?? new(Client, Time, wait ?? TimeSpan.FromSeconds(25), Logs, new(service, null));
        Watch = new("intentions", FetchAsync, Accept, Link, pace) { WhenMissing = heals ? HealAsync : null };
    }

    public string Service { get; }

    public FakeTime Time { get; }

    public NoClient Client { get; } = new();

    public LogLines Logs { get; } = new();

    public AgentLink Link { get; }

    public AgentWatch<string> Watch { get; }

    public List<string> Delivered { get; } = [];

    public int Healed { get; private set; }

    public Exception? HealingFails { get; set; }

    /// <summary>What accept answers.</summary>
    public Func<string, string?> Judge { get; set; } = _ => null;

    /// <summary>The next call, and how long the loop slept before it; the clock is moved as far as it takes.</summary>
    public async Task<(PendingCall Call, TimeSpan Slept)> NextAsync()
    {
        var slept = TimeSpan.Zero;
        while (true)
        {
            var call = _calls.Reader.WaitToReadAsync().AsTask();
            await Task.WhenAny(call, Time.WaitForTimersAsync()).WaitAsync(TimeSpan.FromSeconds(30));
            if (_calls.Reader.TryRead(out var next))
                return (next, slept);
            slept += Time.AdvanceToNext();
        }
    }

    /// <summary>The next call, which must come without any sleep.</summary>
    public async Task<PendingCall> NextAtOnceAsync()
    {
        var (call, slept) = await NextAsync();
        Assert.Equal(TimeSpan.Zero, slept);
        return call;
    }

    /// <summary>The next call, once it comes by itself; the clock stays.</summary>
    public async Task<PendingCall> NextWithoutTimeAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        Link.Metrics.Dispose();
    }

    private async Task<AgentAnswer<string>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        var call = new PendingCall(query);
        _calls.Writer.TryWrite(call);
        return await call.Answered.WaitAsync(cancellationToken);
    }

    private string? Accept(string value)
    {
        var reason = Judge(value);
        if (reason is null)
            Delivered.Add(value);
        return reason;
    }

    private Task HealAsync(CancellationToken cancellationToken)
    {
        Healed++;
        return HealingFails is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }
}

/// <summary>A call of the loop that waits for the test's answer, which goes through the client's own sorting.</summary>
internal sealed class PendingCall(BlockingQuery query)
{
    private static readonly AgentCall Call = new(HttpMethod.Get, "/v1/test", "http://127.0.0.1:8500");

    private readonly TaskCompletionSource<AgentAnswer<string>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BlockingQuery Query { get; } = query;

    public Task<AgentAnswer<string>> Answered => _answer.Task;

    public void Answer(string body, object? index = null, string? hash = null, string? age = null) => Respond(200, index?.ToString(), body, hash, age);

    public void Respond(int status, string? index = null, string body = "", string? hash = null, string? age = null)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        Add("X-Consul-Index", index);
        Add("X-Consul-ContentHash", hash);
        Add("Age", age);
        try
        {
            if (status != 200)
                throw AgentErrors.Refused(Call, response.StatusCode, body, null);
            _answer.SetResult(new(body, AgentHeaders.Index(response.Headers), AgentHeaders.ContentHash(response.Headers), AgentHeaders.Age(response.Headers, fromServers: false), "sha of " + body));
        }
        catch (Exception failure)
        {
            Fail(AgentErrors.Broken(Call, failure, TimeSpan.Zero));
        }

        void Add(string name, string? value)
        {
            if (value is not null)
                response.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public void Fail(Exception failure) => _answer.SetException(failure);

    public void Break() => Fail(new AgentException(AgentFault.Transient, "Connection refused"));
}
