using Xunit.Abstractions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Decisions recorded from an Envoy that a real Consul configured, and situations derived from Consul's own tests.</summary>
public class ARealEnvoyDecided(ITestOutputHelper output)
{
    [Fact]
    public void What_it_denied_we_never_allow_and_whatever_we_refuse_beyond_that_has_a_name() => Compare(Comparison.Default, "Our semantics");

    [Fact]
    public void Set_to_its_semantics_we_decide_as_it_did() => Compare(Comparison.LikeEnvoy, "Envoy's semantics");

    private void Compare(Func<EnvoyCase, string> compare, string heading)
    {
        var comparison = Comparison.Run(compare);
        output.WriteLine($"{heading}\n\n{comparison.Table()}");
        foreach (var line in comparison.Unexplained.Take(40))
            output.WriteLine(line);

        Assert.Empty(comparison.Unexplained);
        Assert.Contains(comparison.Table(), File.ReadAllText(Path.Combine(VectorFile.Repository, "docs", "envoy-comparison.md")));
    }
}
