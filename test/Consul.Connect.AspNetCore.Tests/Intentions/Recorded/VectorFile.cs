using System.Text.Json;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Recorded files, from the sources.</summary>
internal static class VectorFile
{
    public static string Repository { get; } = FindRepository();

    public static JsonElement Read(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Repository, "test", "Consul.Connect.AspNetCore.Tests", "Vectors", .. path])));
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static bool Flag(this JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConsulConnect.AspNetCore.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        return folder.FullName;
    }
}
