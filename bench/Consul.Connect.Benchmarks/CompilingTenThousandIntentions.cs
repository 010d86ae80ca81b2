using BenchmarkDotNet.Attributes;
using ConsulConnect.Agent;

namespace ConsulConnect.Benchmarks;

/// <summary>What a change of 10,000 intentions costs, off the request path. The goal: under 200 ms.</summary>
[MemoryDiagnoser]
public class CompilingTenThousandIntentions
{
    private readonly Intention[] _plain = Given.Many(10_000, _ => []);
    private readonly Intention[] _few = Given.Many(10_000, i => i % 10 == 0 ? Given.Mixed(20) : []);
    private readonly Intention[] _all = Given.Many(10_000, _ => Given.Mixed(20));
    private readonly Intention[] _patterns = Given.Many(10_000, i => [Given.Allow(regex: $"/of/{i}/[a-z]+")]);

    [Benchmark]
    public int Without_permissions() => Given.Set(_plain).Count;

    [Benchmark]
    public int With_20_permissions_on_each_tenth() => Given.Set(_few).Count;

    [Benchmark]
    public int With_20_permissions_on_each() => Given.Set(_all).Count;

    [Benchmark]
    public int With_a_regular_expression_of_its_own_on_each() => Given.Set(_patterns).Count;
}
