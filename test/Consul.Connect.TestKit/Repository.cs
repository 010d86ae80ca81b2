namespace ConsulConnect.TestKit;

/// <summary>Where the sources lie, for tests that read or run what is in the repository.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ConsulConnect.AspNetCore.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"ConsulConnect.AspNetCore.sln is in no folder above {start}.");
    }
}
