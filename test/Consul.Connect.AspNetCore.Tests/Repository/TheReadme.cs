using System.Reflection;
using System.Text.RegularExpressions;

namespace ConsulConnect.Tests.Sources;

public partial class TheReadme
{
    // Where each part of the configuration is read from; what is only set in code has no key.
    private static readonly string[] OnlyInCode = [$"Consul:{nameof(ConsulConnectOptions.Endpoint)}"];

    private static readonly string Text = SourceFile.Read("README.md");

    [Fact]
    public void Shows_code_that_stands_in_the_example()
    {
        var shown = Lines(CSharp().Match(Text).Groups[1].Value);
        var example = Lines(SourceFile.Read("examples/WebApi/Program.cs"));

        Assert.InRange(shown.Length, 5, 40);
        Assert.True(
            Enumerable.Range(0, Math.Max(0, example.Length - shown.Length + 1)).Any(start => example.AsSpan(start, shown.Length).SequenceEqual(shown)),
            $"The C# block of README.md does not stand in examples/WebApi/Program.cs, line after line. Not in it at all: {string.Join(" / ", shown.Except(example))}");
    }

    [Theory]
    [InlineData("UnderTestServer")]
    [InlineData("OverTheMesh")]
    public void Quotes_the_sample_tests_as_they_stand(string sample)
    {
        var path = $"test/Consul.Connect.DevAgent.Tests/Samples/{sample}.cs";
        var quote = Sample().Match(Text[Text.IndexOf($"({path})", StringComparison.Ordinal)..]).Groups[1].Value;

        Assert.Contains(string.Join('\n', Lines(quote)), string.Join('\n', Lines(SourceFile.Read(path))), StringComparison.Ordinal);
        Assert.InRange(Lines(quote).Length, 5, 30);
    }

    [Fact]
    public void And_so_does_the_page_about_calls()
    {
        var quote = Sample().Match(SourceFile.Read("docs/calling.md")).Groups[1].Value;

        Assert.Contains(string.Join('\n', Lines(quote)), string.Join('\n', Lines(SourceFile.Read("test/Consul.Connect.AspNetCore.Tests/Client/ADatabaseBehindARelay.cs"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dotnet run --project examples/WebApi")]
    [InlineData("dotnet test ConsulConnect.AspNetCore.sln")]
    public void Has_the_two_commands(string command) => Assert.Contains(command, Text.Split('\n'));

    [Fact]
    public void Has_every_key_of_the_configuration_and_no_other()
    {
        var shown = Key().Matches(Text).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

        // Further identities have options of their own.
        Assert.Equal(KeysOf(typeof(ConsulConnectOptions), "Consul").Append("Consul:Services").Except(OnlyInCode).Order(StringComparer.Ordinal), shown);
    }

    [Fact]
    public void Explains_messages_in_the_words_of_the_source()
    {
        var source = string.Concat(SourceFile.Below("src/Consul.Connect.AspNetCore", "*.cs").Select(file => file.Text)).Replace("\\\"", "\"", StringComparison.Ordinal);
        var messages = Text[Text.IndexOf("| Message |", StringComparison.Ordinal)..].Split('\n').TakeWhile(line => line.StartsWith('|')).Skip(2).Select(row => row.Split('`')[1]).ToList();

        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.All(
            message.Split('…', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(part => part.Length > 5),
            part => Assert.True(source.Contains(part, StringComparison.Ordinal), $"README.md explains \"{message}\", but no message of the source says \"{part}\".")));
    }

    [Fact]
    public void Leads_to_files_that_exist() =>
        Assert.All(Link().Matches(Text).Select(match => match.Groups[1].Value), path => Assert.True(Path.Exists(Path.Combine(SourceFile.Root, path)), $"README.md links to {path}, which does not exist."));

    private static IEnumerable<string> KeysOf(Type options, string section) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property =>
            property.PropertyType.IsClass && property.PropertyType.Assembly == typeof(ConsulConnectOptions).Assembly
                ? KeysOf(property.PropertyType, $"{section}:{property.Name}")
                : [$"{section}:{property.Name}"]);

    private static string[] Lines(string text) => [.. text.Trim().Split('\n').Select(line => line.Trim())];

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("^```cs\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^\| `(Consul:[\w:]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
