using System.Text.RegularExpressions;

namespace ConsulConnect.Tests.Sources;

/// <summary>The table of rooms, as docs/architecture.md has it.</summary>
internal sealed partial record RoomTable(IReadOnlyList<RoomTable.Row> Rows)
{
    public const string Document = "docs/architecture.md";
    public const string Contracts = "contracts";
    public const string EntryPoints = "entry points";
    public const string AspNetCore = "ASP.NET Core";
    private const string Everything = "everything";

    /// <summary>The rooms that are folders.</summary>
    public IEnumerable<string> Rooms => Rows.Select(row => row.Room).Where(room => room is not (Contracts or EntryPoints));

    public static RoomTable Parse(string markdown)
    {
        var lines = markdown.Split('\n').SkipWhile(line => !line.StartsWith("| Room |", StringComparison.Ordinal));
        var rows = lines.Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => Row.Parse(line.Split('|', StringSplitOptions.TrimEntries))).ToList();
        if (rows.Count == 0)
            throw new InvalidOperationException($"{Document} has no table that begins with \"| Room | What it does | May use |\".");
        return new(rows);
    }

    /// <summary>The row that a file of the product falls under, or null when its folder is in no row.</summary>
    public Row? RowOf(SourceFile file) =>
        file.Folder.Length > 0 ? Rows.FirstOrDefault(row => row.Room == file.Folder && Rooms.Contains(row.Room))
        : Rows.FirstOrDefault(row => row.Room == (IsEntryPoint(file.Name) ? EntryPoints : Contracts));

    private bool IsEntryPoint(string name) =>
        Rows.Where(row => row.Room == EntryPoints).SelectMany(row => FilePattern().Matches(row.Purpose))
            .Any(match => Regex.IsMatch(name, "^" + Regex.Escape(match.Groups[1].Value).Replace(@"\*", ".*", StringComparison.Ordinal) + "$"));

    [GeneratedRegex(@"`([\w*]+\.cs)`")]
    private static partial Regex FilePattern();

    internal sealed record Row(string Room, string Purpose, IReadOnlyList<string> Uses)
    {
        public static Row Parse(string[] cells) => new(cells[1].Trim('`', '/'), cells[2], cells[3].Split(',', StringSplitOptions.TrimEntries));

        public bool MayUse(string other) => other == Room || Uses.Contains(Everything) || Uses.Contains(other);
    }
}
