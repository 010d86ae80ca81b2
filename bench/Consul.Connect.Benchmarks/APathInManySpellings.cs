using BenchmarkDotNet.Attributes;
using ConsulConnect.Intentions;

namespace ConsulConnect.Benchmarks;

/// <summary>What a target costs: one permission, which sees the canonical path and does not match it, behind one deny, which sees all its readings.</summary>
[MemoryDiagnoser]
public class APathInManySpellings
{
    private readonly IntentionSet _allow = Given.Set(Given.Intention("web", Given.Allow(exact: "/nothing")));
    private readonly IntentionSet _deny = Given.Set(Given.Intention("web", Given.Deny(exact: "/nothing"), Given.Allow(prefix: "/")));
    private readonly ConnectPeer _caller = Given.Caller("web");
    private RequestView _request;

    [Params("/api/v1/orders/4711", "/api/v1/orders/4711?page=2&sort=name", "/api/%76%31/./orders;v=1//x%20y/../4711")]
    public string Target { get; set; } = "";

    [GlobalSetup]
    public void Read() => _request = Given.Get(Target);

    [Benchmark]
    public bool For_an_allow() => _allow.Decide(_caller, in _request, Given.DenyByDefault).Allowed;

    [Benchmark]
    public bool For_a_deny() => _deny.Decide(_caller, in _request, Given.DenyByDefault).Allowed;
}
