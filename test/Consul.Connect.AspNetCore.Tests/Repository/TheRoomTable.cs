namespace ConsulConnect.Tests.Sources;

public class TheRoomTable
{
    private static readonly RoomTable Example = RoomTable.Parse(
        """
        Words before.

        | Room | What it does | May use |
        |---|---|---|
        | contracts | the other files of the root | ASP.NET Core |
        | `Agent/` | talks | contracts |
        | `Certificates/` | verifies | contracts, Agent |
        | `Server/` | serves | contracts, Certificates, ASP.NET Core |
        | entry points | `Service*.cs` and `*Extensions.cs` of the root | everything |

        Words after.
        """);

    private static readonly SourceFile[] Sound =
    [
        new("Agent/AgentClient.cs", "namespace ConsulConnect.Agent;\n\ninternal sealed class AgentClient;\n"),
        new("Certificates/Verifier.cs", "using ConsulConnect.Agent;\n\nnamespace ConsulConnect.Certificates;\n\ninternal static class Verifier;\n"),
        new("Server/Handshake.cs", "using Microsoft.AspNetCore.Http;\n\nnamespace ConsulConnect.Server;\n\ninternal sealed class Handshake(Certificates.Verifier verifier);\n"),
        new("Options.cs", "namespace ConsulConnect;\n\npublic sealed class Options\n{\n    public Other Agent { get; }\n    public string Address => Agent.Address;\n}\n"),
        new("ServiceHost.cs", "using ConsulConnect.Agent;\nusing ConsulConnect.Server;\n\nnamespace ConsulConnect;\n\npublic sealed class ServiceHost;\n"),
        new("HostExtensions.cs", "using ConsulConnect.Server;\n\nnamespace Microsoft.AspNetCore.Hosting;\n\npublic static class HostExtensions;\n"),
    ];

    [Fact]
    public void Holds_for_the_product()
    {
        var table = RoomTable.Parse(SourceFile.Read(RoomTable.Document));
        var files = SourceFile.Below("src/Consul.Connect.AspNetCore", "*.cs");

        Assert.NotEmpty(files);
        AssertNone(new RoomRules(table, files).Faults());
    }

    [Fact]
    public void Is_content_with_sources_that_keep_to_it() => AssertNone(new RoomRules(Example, Sound).Faults());

    [Theory]
    [InlineData("Agent/Wrong.cs", "using ConsulConnect.Server;\n\nnamespace ConsulConnect.Agent;\n\ninternal sealed class Wrong;", "Agent uses Server")]
    [InlineData("Agent/Wrong.cs", "using S = ConsulConnect.Server.Handshake;\n\nnamespace ConsulConnect.Agent;\n\ninternal sealed class Wrong;", "Agent uses Server")]
    [InlineData("Agent/Wrong.cs", "namespace ConsulConnect.Agent;\n\ninternal sealed class Wrong(Server.Handshake handshake);", "Agent uses Server")]
    [InlineData("Agent/Wrong.cs", "namespace ConsulConnect.Agent;\n\ninternal sealed class Wrong(global::ConsulConnect.Server.Handshake handshake);", "Agent uses Server")]
    [InlineData("Certificates/Wrong.cs", "using Microsoft.AspNetCore.Http;\n\nnamespace ConsulConnect.Certificates;\n\ninternal sealed class Wrong;", "Certificates uses ASP.NET Core")]
    [InlineData("Wrong.cs", "using ConsulConnect.Agent;\n\nnamespace ConsulConnect;\n\npublic sealed class Wrong;", "contracts uses Agent")]
    [InlineData("Server/Wrong.cs", "namespace ConsulConnect.Agent;\n\ninternal sealed class Wrong;", "the namespace is ConsulConnect.Agent")]
    [InlineData("Server/Wrong.cs", "internal sealed class Wrong;", "the namespace is missing")]
    [InlineData("Server/Wrong.cs", "namespace ConsulConnect.Server;\n\npublic readonly record struct Wrong;", "Wrong is public inside the room Server")]
    [InlineData("Discovery/Wrong.cs", "namespace ConsulConnect.Discovery;\n\ninternal sealed class Wrong;", "Discovery is no room")]
    [InlineData("Server/Helpers/Wrong.cs", "namespace ConsulConnect.Server;\n\ninternal sealed class Wrong;", "a folder named Helpers")]
    public void Names_file_room_and_document_of_what_breaks_it(string path, string text, string expected)
    {
        var fault = Assert.Single(new RoomRules(Example, [.. Sound, new(path, text)]).Faults());

        Assert.StartsWith(path, fault, StringComparison.Ordinal);
        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.Contains("docs/architecture.md", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_no_row_without_a_room()
    {
        var fault = Assert.Single(new RoomRules(Example, [.. Sound.Where(file => file.Folder != "Agent" && file.Folder != "Certificates"), Sound[1]]).Faults());

        Assert.Contains("Agent has no file", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_not_misled_by_what_a_comment_says() =>
        AssertNone(new RoomRules(Example, [.. Sound, new("Agent/Right.cs", "namespace ConsulConnect.Agent;\n\n/// <summary>Read by <see cref=\"Server.Handshake\"/>.</summary>\n// ConsulConnect.Server\ninternal sealed class Right;")]).Faults());

    // Assert.Empty would cut the sentences short.
    private static void AssertNone(IReadOnlyList<string> faults) => Assert.True(faults.Count == 0, string.Join('\n', faults));
}
