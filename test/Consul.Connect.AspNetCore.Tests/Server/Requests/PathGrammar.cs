using System.Globalization;

namespace ConsulConnect.Tests.Server;

/// <summary>Targets that are almost known paths: every step bends one as clients, attackers and parsers do.</summary>
internal sealed class PathGrammar(Random choice, params string[] known)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "get", "Get", "HEAD", "head", "POST", "PUT"];

    public string NextMethod() => choice.GetItems(Methods, 1)[0];

    public string Next()
    {
        var path = choice.GetItems(known, 1)[0];
        for (var steps = choice.Next(4); steps > 0; steps--)
            path = Bend(path);
        return choice.Next(8) switch
        {
            0 => path + "?x=/admin",
            1 => path + "?",
            _ => path,
        };
    }

    private string Bend(string path)
    {
        var slashes = Enumerable.Range(0, path.Length).Where(i => path[i] == '/').ToArray();
        var slash = slashes.Length == 0 ? 0 : choice.GetItems(slashes, 1)[0];
        var at = choice.Next(path.Length);
        return choice.Next(22) switch
        {
            0 => path.ToUpperInvariant(),
            1 => path[..at] + char.ToUpperInvariant(path[at]) + path[(at + 1)..],
            2 => path + "/",
            3 => path.Insert(slash, "/"),
            4 => path.Insert(slash, "/."),
            5 => path.Insert(slash, "/x/.."),
            6 => path.Insert(slash, "/%2e"),
            7 => path.Insert(slash, "/x/%2E."),
            8 => path.Insert(slash, "/x%2f.."),
            9 => path.Insert(slash, "/..;"),
            10 => path + ";x=1",
            11 => Escape(path, at, 'x'),
            12 => Escape(path, at, 'X'),
            13 => Escape(path, at, 'x').Replace("%", "%25", StringComparison.Ordinal),
            14 => path[..slash] + "%2F" + path[(slash + (slash < path.Length ? 1 : 0))..],
            15 => path[..slash] + "\\" + path[(slash + (slash < path.Length ? 1 : 0))..],
            16 => path[..slash] + "%5c" + path[(slash + (slash < path.Length ? 1 : 0))..],
            17 => path + "%20",
            18 => path + "%00",
            19 => path + "#x",
            20 => "/open/.." + path,
            _ => path.Insert(at, choice.GetItems<string>(["%", "%zz", "%c0%af", "%ef%bc%8f", "%c5%bf", "%e2%84%aa", "%0a", ";", ".", "%7f"], 1)[0]),
        };
    }

    private static string Escape(string path, int at, char hex) =>
        path[..at] + "%" + ((int)path[at]).ToString(hex == 'x' ? "x2" : "X2", CultureInfo.InvariantCulture) + path[(at + 1)..];
}
