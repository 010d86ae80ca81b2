using System.Text.RegularExpressions;

namespace ConsulConnect.Tests.Sources;

public class TheRepository
{
    // In two parts, so that this file is not a finding itself.
    private static readonly string[] Registries =
    [
        "deb." + "debian", "security." + "debian", "snapshot." + "debian", "ftp." + "debian", "archive." + "ubuntu", "api." + "nuget", "www." + "nuget",
        "registry." + "npmjs", "pypi." + "org", "proxy." + "golang", "sum." + "golang", "releases." + "hashicorp", "static." + "crates",
    ];

    [Fact]
    public void Names_no_host_of_a_package_registry()
    {
        var found =
            from file in SourceFile.Below()
            from host in Registries
            where file.Text.Contains(host, StringComparison.OrdinalIgnoreCase)
            select $"{file.Path} names {host}…; packages come from wherever the machine is set up to take them from.";

        Assert.True(!found.Any(), string.Join('\n', found));
    }

    [Fact]
    public void Is_explained_to_contributors_in_forty_lines() =>
        Assert.InRange(SourceFile.Read("CONTRIBUTING.md").TrimEnd('\n').Split('\n').Length, 10, 40);

    [Theory]
    [InlineData("src/Consul.Connect.AspNetCore/Consul.Connect.AspNetCore.csproj")]
    [Trait("Case", "CFG-020")]
    public void Builds_with_every_warning_about_trimming_as_an_error(string project)
    {
        Assert.Contains("<IsAotCompatible>true</IsAotCompatible>", SourceFile.Read(project), StringComparison.Ordinal);
        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", SourceFile.Read("Directory.Build.props"), StringComparison.Ordinal);
        var switches = SourceFile.Below("", "*.csproj").Concat(SourceFile.Below("", "*.props")).Concat(SourceFile.Below("", ".editorconfig")).Concat(SourceFile.Below("src/Consul.Connect.AspNetCore", "*.cs"));
        Assert.DoesNotContain(switches, file => file.Text.Contains("IL2026", StringComparison.Ordinal) || file.Text.Contains("IL3050", StringComparison.Ordinal) || file.Text.Contains("UnconditionalSuppressMessage", StringComparison.Ordinal));
    }

    [Fact]
    public void Has_numbered_decisions_that_each_ask_choose_refuse_and_say_when_to_think_again()
    {
        var decisions = SourceFile.Below("docs/decisions", "*.md");

        Assert.Equal(Enumerable.Range(1, decisions.Count).Select(number => $"{number:0000}"), decisions.Select(decision => decision.Path[..4]));
        Assert.All(decisions, decision => Assert.All(
            (string[])["## Question", "## Choice", "## Refused", "## Reconsider when"],
            heading => Assert.True(decision.Text.Contains(heading, StringComparison.Ordinal), $"{decision.Path} has no \"{heading}\".")));
    }

    [Fact]
    public void Points_only_to_documents_it_has()
    {
        var broken =
            from file in SourceFile.Below("docs", "*.md")
            from Match link in Regex.Matches(file.Text, @"\]\((?!https?:|#)([^)#]+)")
            let target = Path.Combine(SourceFile.Root, "docs", Path.GetDirectoryName(file.Path)!, link.Groups[1].Value)
            where !Path.Exists(target)
            select $"docs/{file.Path} links to {link.Groups[1].Value}, which does not exist.";

        Assert.True(!broken.Any(), string.Join('\n', broken));
    }
}
