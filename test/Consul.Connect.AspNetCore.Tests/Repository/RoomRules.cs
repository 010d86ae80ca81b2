using System.Text.RegularExpressions;

namespace ConsulConnect.Tests.Sources;

/// <summary>Judges source text by the table of rooms. Every fault names file, room and document.</summary>
internal sealed partial class RoomRules
{
    private static readonly string[] Drawers = ["Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Shared", "Misc"];

    private readonly RoomTable _table;
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly Dictionary<string, HashSet<string>> _types;

    public RoomRules(RoomTable table, IReadOnlyList<SourceFile> files)
    {
        _table = table;
        _files = files;
        _types = table.Rooms.ToDictionary(
            room => room,
            room => files.Where(file => file.Folder == room).SelectMany(file => TypeDeclaration().Matches(Code(file))).Select(match => match.Groups["name"].Value).ToHashSet());
    }

    public IReadOnlyList<string> Faults() => [.. MissingRooms(), .. _files.SelectMany(FaultsOf)];

    private IEnumerable<string> MissingRooms() =>
        from room in _table.Rooms
        where _files.All(file => file.Folder != room)
        select $"{room} has no file, but is a room in {RoomTable.Document}; remove its row.";

    private IEnumerable<string> FaultsOf(SourceFile file)
    {
        foreach (var folder in file.Path.Split('/')[..^1].Where(Drawers.Contains))
            yield return $"{file.Path}: a folder named {folder} says nothing; name it after what is in it ({RoomTable.Document}).";

        if (_table.RowOf(file) is not { } row)
        {
            yield return $"{file.Path}: {file.Folder} is no room in {RoomTable.Document}; put the file into a room, or add the room to the table.";
            yield break;
        }

        var code = Code(file);
        if (NamespaceFault(file, code, row) is { } fault)
            yield return fault;
        if (file.Folder.Length > 0)
        {
            foreach (var type in TypeDeclaration().Matches(code).Where(match => match.Groups["public"].Success))
                yield return $"{file.Path}: {type.Groups["name"].Value} is public inside the room {row.Room}; public types live in the root ({RoomTable.Document}).";
        }

        foreach (var room in _table.Rooms.Where(room => !row.MayUse(room) && Uses(code, room)))
            yield return $"{file.Path}: {row.Room} uses {room}, which the table in {RoomTable.Document} does not allow.";
        if (!row.MayUse(RoomTable.AspNetCore) && code.Contains("Microsoft.AspNetCore", StringComparison.Ordinal))
            yield return $"{file.Path}: {row.Room} uses ASP.NET Core, which the table in {RoomTable.Document} does not allow.";
    }

    private static string? NamespaceFault(SourceFile file, string code, RoomTable.Row row)
    {
        var actual = NamespaceDeclaration().Match(code).Groups[1].Value;
        var expected = file.Folder.Length > 0 ? $"ConsulConnect.{row.Room}" : "ConsulConnect";
        // Extension methods live in the namespace of what they extend; attributes of the assembly in none.
        var isFree = file.Folder.Length == 0 && (file.Name.EndsWith("Extensions.cs", StringComparison.Ordinal) || !TypeDeclaration().IsMatch(code));
        return actual == expected || isFree ? null
            : $"{file.Path}: the namespace is {(actual.Length > 0 ? actual : "missing")}, but that of {row.Room} is {expected} ({RoomTable.Document}).";
    }

    // By namespace, or by the room's name before one of its types, which C# resolves from a neighbouring namespace.
    private bool Uses(string code, string room) =>
        Regex.IsMatch(NamespaceDeclaration().Replace(code, ""), $@"\bConsulConnect\.{room}\b")
        || Regex.Matches(code, $@"(?<![\w.]){room}\.(\w+)").Any(match => _types[room].Contains(match.Groups[1].Value));

    private static string Code(SourceFile file) => Comment().Replace(file.Text, "");

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    // At the left margin: a type inside another is no wider than that one.
    [GeneratedRegex(@"^(?:(?<public>public)\s+)?(?:(?:internal|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|struct|interface|enum|record\s+struct|record\s+class|record|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    // Not the // of an address in a text.
    [GeneratedRegex(@"(?<=^|\s)//.*$|(?<=^|\s)/\*.*?\*/", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
