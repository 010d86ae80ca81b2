using System.Collections.Immutable;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Brings intentions into the form in which they are kept.</summary>
internal static class IntentionsNormalizer
{
    /// <param name="isLegacy">Whether a call by id writes them; any other write takes the ids away.</param>
    public static ServiceIntentions Normalize(ServiceIntentions intentions, bool isLegacy) => intentions with
    {
        // A stable sort: among equals the order of writing stays.
        Sources = [.. intentions.Sources.Select(source => Normalize(intentions.Name, source, isLegacy)).OrderByDescending(source => source.Precedence)],
    };

    /// <summary>How exact an intention is; the most exact one that names the caller decides. Of a community agent all names are in one namespace.</summary>
    public static int PrecedenceOf(string destination, string source) => (destination == "*" ? 6 : 9) - (source == "*" ? 1 : 0);

    private static SourceIntention Normalize(string destination, SourceIntention source, bool isLegacy)
    {
        var precedence = PrecedenceOf(destination, source.Name);
        if (source.Precedence != precedence || source.Type == "")
            source = source with { Precedence = precedence, Type = source.Type == "" ? "consul" : source.Type };
        if (!isLegacy && source.Legacy is { Id.Length: > 0 } legacy)
            source = source with { Legacy = legacy.Meta.IsEmpty ? null : legacy with { Id = "" } };
        if (source.Permissions.Any(permission => permission.Http is { } http && http.Methods.Any(method => method.Any(char.IsAsciiLetterLower))))
            source = source with { Permissions = source.Permissions.Select(WithUpperMethods).ToImmutableArray() };
        return source;
    }

    private static RequestPermission WithUpperMethods(RequestPermission permission) =>
        permission.Http is { } http ? permission with { Http = http with { Methods = [.. http.Methods.Select(method => method.ToUpperInvariant())] } } : permission;
}
