namespace ConsulConnect.Tests.Sources;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">Its path from the folder it was searched in, with <c>/</c>.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly string[] NotOurs = [".git", ".cache", ".vs", ".idea", "bin", "obj", "TestResults"];

    public static string Root { get; } = FindRoot();

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The first folder of the path; empty for a file that lies in none.</summary>
    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    public static string Read(string path) => File.ReadAllText(System.IO.Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Every text file below a folder of the repository, without what is built, cached or ignored.</summary>
    public static IReadOnlyList<SourceFile> Below(string folder = "", string pattern = "*")
    {
        var start = System.IO.Path.Combine(Root, folder);
        return [.. Walk(new DirectoryInfo(start), pattern)
            .Select(file => new SourceFile(System.IO.Path.GetRelativePath(start, file).Replace('\\', '/'), File.ReadAllText(file).ReplaceLineEndings("\n")))
            .Where(file => !file.Text.Contains('\0', StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(file => file.FullName)
            .Concat(folder.EnumerateDirectories().Where(child => !NotOurs.Contains(child.Name)).SelectMany(child => Walk(child, pattern)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "ConsulConnect.AspNetCore.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"The repository is in no folder above {AppContext.BaseDirectory}.");
        return folder.FullName;
    }
}
