using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>What any intention of the destination asks about, whoever its source is: what has to be read one way only.</summary>
internal readonly record struct RuleSubjects(bool Paths, bool Hosts, bool Headers)
{
    public static RuleSubjects Of(IReadOnlyList<Intention> intentions)
    {
        var subjects = default(RuleSubjects);
        foreach (var intention in intentions)
        {
            foreach (var permission in intention.Permissions)
            {
                if (permission.Http is not { } http)
                    continue;
                subjects = subjects with
                {
                    Paths = subjects.Paths || http.PathExact.Length + http.PathPrefix.Length + http.PathRegex.Length > 0 || Any(http, ":path"),
                    Hosts = subjects.Hosts || Any(http, "host") || Any(http, ":authority"),
                    Headers = subjects.Headers || http.Headers.Count > 0,
                };
            }
        }

        return subjects;
    }

    private static bool Any(HttpCondition http, string name)
    {
        foreach (var header in http.Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
