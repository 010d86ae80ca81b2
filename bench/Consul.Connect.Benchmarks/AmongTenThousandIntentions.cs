using BenchmarkDotNet.Attributes;
using ConsulConnect.Intentions;

namespace ConsulConnect.Benchmarks;

/// <summary>One decision for one of 10,000 callers, each with an intention of 20 permissions. The goal: under 1 µs, 0 B.</summary>
[MemoryDiagnoser]
public class AmongTenThousandIntentions
{
    private readonly ConnectPeer _caller = Given.Caller("caller-7777");
    private readonly ConnectPeer _stranger = Given.Caller("stranger");
    private readonly RequestView _first = Given.Get("/exact/0?page=2", ("x-role", "role-4"));
    private readonly RequestView _last = Given.Get("/last");
    private readonly RequestView _denied = Given.Get("/prefix/1/x");
    private IntentionSet _set = null!;

    [GlobalSetup]
    public void Compile() => _set = Given.Set(Given.Many(10_000, _ => Given.Mixed(20)));

    [Benchmark]
    public bool Allowed_by_the_first_permission() => _set.Decide(_caller, in _first, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Allowed_by_the_last_permission() => _set.Decide(_caller, in _last, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Denied_by_a_permission() => _set.Decide(_caller, in _denied, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Named_by_no_intention() => _set.Decide(_stranger, in _first, Given.DenyByDefault).Allowed;
}
