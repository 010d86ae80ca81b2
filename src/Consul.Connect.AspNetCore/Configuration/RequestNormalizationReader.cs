namespace ConsulConnect.Configuration;

/// <summary>Reads what stands in Consul's mesh entry under <c>HTTP.Incoming.RequestNormalization</c>, in its own words, or says why an app cannot follow.</summary>
internal static class RequestNormalizationReader
{
    private const string Reject = "REJECT_REQUEST";
    private const string Keep = "KEEP_UNCHANGED";
    private const string Allow = "ALLOW";
    private const string Drop = "DROP_HEADER";

    public static void Read(SectionReader section, ConnectRequestNormalizationOptions options, List<string> faults)
    {
        var path = SectionKeys.RequestNormalization.Path;
        options.MergeSlashes = section.Flag("MergeSlashes") ?? options.MergeSlashes;
        if (section.Flag("InsecureDisablePathNormalization") is true)
            faults.Add($"{path}:InsecureDisablePathNormalization is true, but this app's server always resolves \"..\" and escapes before it serves a path, so rules about the path as written could be walked around; remove the key, or write false. A sidecar's setting is the mesh entry's own.");
        if (section.Text("PathWithEscapedSlashesAction") is { } slashes)
            options.PathWithEscapedSlashesAction = ReadSlashes($"{path}:PathWithEscapedSlashesAction", slashes, faults) ?? options.PathWithEscapedSlashesAction;
        if (section.Text("HeadersWithUnderscoresAction") is { } underscores)
            options.HeadersWithUnderscoresAction = ReadUnderscores($"{path}:HeadersWithUnderscoresAction", underscores, faults) ?? options.HeadersWithUnderscoresAction;
    }

    private static ConnectEscapedSlashesAction? ReadSlashes(string key, string text, List<string> faults)
    {
        switch (text.ToUpperInvariant())
        {
            case Reject:
                return ConnectEscapedSlashesAction.RejectRequest;
            case Keep:
                return ConnectEscapedSlashesAction.KeepUnchanged;
            case "UNESCAPE_AND_FORWARD" or "UNESCAPE_AND_REDIRECT":
                faults.Add($"{key} is {MessageText.Quote(text)}: a sidecar rewrites the path before its app sees it, but here nothing stands before the app, which would serve another path than the rules were asked about; write {Reject}, or {Keep} where the app needs such paths.");
                return null;
            case "IMPLEMENTATION_SPECIFIC_DEFAULT":
                faults.Add($"{key} is {MessageText.Quote(text)}, which leaves the choice to the proxy, and here is none; write {Keep}, which sidecars do today, or {Reject}.");
                return null;
            default:
                faults.Add($"{key} is {MessageText.Quote(text)}, which is unknown; write {Reject} or {Keep}.");
                return null;
        }
    }

    private static ConnectUnderscoresAction? ReadUnderscores(string key, string text, List<string> faults)
    {
        switch (text.ToUpperInvariant())
        {
            case Allow:
                return ConnectUnderscoresAction.Allow;
            case Reject:
                return ConnectUnderscoresAction.RejectRequest;
            case Drop:
                return ConnectUnderscoresAction.DropHeader;
            default:
                faults.Add($"{key} is {MessageText.Quote(text)}, which is unknown; write {Allow}, {Reject} or {Drop}.");
                return null;
        }
    }
}
