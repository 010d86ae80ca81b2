using System.Buffers;

namespace ConsulConnect.Server;

/// <summary>What no rule set could read, so that it is refused also where nobody has a rule about requests.</summary>
internal static class WireTarget
{
    // What is printable; "#" starts a fragment, which never goes over the wire.
    private static readonly SearchValues<char> Sound = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != '#')]);

    public static bool IsMalformed(string method, string target) =>
        method == "CONNECT"
        || !HasForm(method, target)
        || target.AsSpan().ContainsAnyExcept(Sound)
        || target.Contains("%00", StringComparison.Ordinal);

    private static bool HasForm(string method, string target) =>
        target.StartsWith('/')
        || (target == "*" && method == "OPTIONS")
        || target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || target.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
