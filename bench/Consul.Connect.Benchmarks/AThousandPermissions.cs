using BenchmarkDotNet.Attributes;
using ConsulConnect.Intentions;

namespace ConsulConnect.Benchmarks;

/// <summary>One decision by an intention of 1,000 permissions of all kinds. The goal: under 10 µs.</summary>
[MemoryDiagnoser]
public class AThousandPermissions
{
    private readonly IntentionSet _set = Given.Set(Given.Intention("web", Given.Mixed(1_000)));
    private readonly ConnectPeer _caller = Given.Caller("web");
    private readonly RequestView _first = Given.Get("/exact/0");
    private readonly RequestView _last = Given.Get("/last");
    private readonly RequestView _regex = Given.Get("/regex/992/abc");
    private readonly RequestView _header = Given.Get("/headers/994/x", ("x-role", "role-994"));
    private readonly RequestView _none = Given.Get("/regex/992/ABC/elsewhere", ("x-role", "nobody"));

    [Benchmark]
    public bool Matched_by_the_first() => _set.Decide(_caller, in _first, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Matched_by_the_last() => _set.Decide(_caller, in _last, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Matched_by_a_regular_expression() => _set.Decide(_caller, in _regex, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Matched_by_a_header() => _set.Decide(_caller, in _header, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool Matched_by_none() => _set.Decide(_caller, in _none, Given.DenyByDefault).Allowed;
}
