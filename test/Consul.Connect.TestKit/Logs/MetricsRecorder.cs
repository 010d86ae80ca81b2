using System.Diagnostics.Metrics;

namespace ConsulConnect.TestKit;

/// <summary>One measurement.</summary>
/// <param name="Instrument">The instrument's name.</param>
/// <param name="Value">What was measured or added.</param>
/// <param name="Tags">The measurement's tags and its meter's.</param>
public sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    public object? this[string tag] => Tags.GetValueOrDefault(tag);

    public override string ToString() => $"{Instrument}={Value} {string.Join(' ', Tags.Select(tag => $"{tag.Key}={tag.Value}"))}";
}

/// <summary>Records the measurements of the meter <c>Consul.Connect</c>, awaitable.</summary>
public sealed class MetricsRecorder : IDisposable
{
    private const string ServiceTag = "consul.connect.service";

    private readonly Lock _lock = new();
    private readonly List<Measured> _all = [];
    private readonly List<(Func<Measured, bool> IsIt, TaskCompletionSource<Measured> Found)> _waiters = [];
    private readonly MeterListener _listener = new();

    /// <param name="service">Only measurements of this identity, since tests that run at once share the meter's name; null: all.</param>
    /// <param name="meter">The meter's name.</param>
    public MetricsRecorder(string? service = null, string meter = "Consul.Connect")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter && (service is null || Equals(service, (instrument.Meter.Tags ?? []).FirstOrDefault(tag => tag.Key == ServiceTag).Value)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Measured> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>The measurements of an instrument that carry all these tags.</summary>
    public IReadOnlyList<Measured> Of(string instrument, params (string Tag, object? Value)[] tags) => [.. All.Where(one => Is(one, instrument, tags))];

    /// <summary>What a counter has counted.</summary>
    public double Sum(string instrument, params (string Tag, object? Value)[] tags) => Of(instrument, tags).Sum(one => one.Value);

    /// <summary>The first measurement that is it, past ones included.</summary>
    public async Task<Measured> WaitForAsync(Func<Measured, bool> isIt, TimeSpan? timeout = null)
    {
        TaskCompletionSource<Measured> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_all.FirstOrDefault(isIt) is { } seen)
                return seen;
            _waiters.Add((isIt, found));
        }

        try
        {
            return await found.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The expected measurement did not come. Those that came:\n{string.Join('\n', All)}");
        }
    }

    /// <summary>The first measurement of an instrument with these tags, past ones included.</summary>
    public Task<Measured> WaitForAsync(string instrument, params (string Tag, object? Value)[] tags) => WaitForAsync(one => Is(one, instrument, tags));

    /// <summary>Reads the observable instruments now.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private static bool Is(Measured one, string instrument, (string Tag, object? Value)[] tags) =>
        one.Instrument == instrument && tags.All(tag => one.Tags.TryGetValue(tag.Tag, out var value) && Equals(value, tag.Value));

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, object?>(instrument.Meter.Tags ?? []);
        foreach (var (name, tag) in tags)
            all[name] = tag;
        var entry = new Measured(instrument.Name, value, all);
        lock (_lock)
        {
            _all.Add(entry);
            _waiters.RemoveAll(waiter => waiter.IsIt(entry) && waiter.Found.TrySetResult(entry));
        }
    }
}
