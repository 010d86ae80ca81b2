using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConsulConnect.Tests.Sources;

/// <summary>Every case that must end in a refusal, or must not, is a test that carries the case's id.</summary>
public class TheNegativeCases
{
    private const string Vectors = "test/Consul.Connect.AspNetCore.Tests/Vectors/negative-cases.json";

    private static readonly string[] Projects = ["test/Consul.Connect.AspNetCore.Tests", "test/Consul.Connect.MeshTests"];

    // An id stands in a trait, or begins a row of a theory.
    private static readonly Regex Claim = new("""(?:Trait\("Case", |InlineData\(|\{ )"((?:IDN|L4|L7[A-Z]|CFG|REG|CLI|DSC)-\d{3})"[,)]""");

    private static readonly string[] Ids =
        [.. JsonDocument.Parse(SourceFile.Read(Vectors)).RootElement.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!)];

    private static readonly HashSet<string> Claimed =
        [.. Projects.SelectMany(project => SourceFile.Below(project, "*.cs")).SelectMany(file => Claim.Matches(file.Text)).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Are_225_of_seven_areas() => Assert.Equal(225, Ids.Distinct().Count());

    [Fact]
    public void Are_all_tests()
    {
        var missing = Ids.Where(id => !Claimed.Contains(id)).ToArray();

        Assert.True(missing.Length == 0, $"{missing.Length} cases of {Vectors} have no test with [Trait(\"Case\", …)]: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Are_what_tests_claim_to_play()
    {
        var unknown = Claimed.Except(Ids).Order().ToArray();

        Assert.True(unknown.Length == 0, $"{Vectors} holds none of {string.Join(", ", unknown)}");
    }
}
