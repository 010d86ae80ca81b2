namespace ConsulConnect.DevAgent.Http;

/// <summary>Paths as Go's multiplexer wants them: it redirects to this form.</summary>
internal static class GoPath
{
    /// <summary>Without empty, <c>.</c> and <c>..</c> parts; a slash at the end stays.</summary>
    public static string Clean(string path)
    {
        List<string> parts = [];
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".")
                parts.Add(part);
        }

        var isFolder = path.EndsWith('/') && parts.Count > 0;
        return "/" + string.Join('/', parts) + (isFolder ? "/" : "");
    }
}
