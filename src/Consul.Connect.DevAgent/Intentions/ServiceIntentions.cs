using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Who may call one service, or with the name <c>*</c> any service: sources in order of precedence.</summary>
internal sealed record ServiceIntentions(string Name, ImmutableArray<SourceIntention> Sources) : ConfigEntry(ConfigKinds.ServiceIntentions, Name)
{
    /// <summary>Demanded of every source; null: nothing is.</summary>
    public JwtRequirement? Jwt { get; init; }

    public ImmutableSortedDictionary<string, string> Meta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public bool HasWildcardDestination => Name == "*";

    public bool HasPermissions => Sources.Any(source => !source.Permissions.IsEmpty);

    /// <summary>Whether each source was made by the calls that know intentions by id.</summary>
    public bool IsLegacy => Sources.All(source => source.Legacy is { Id.Length: > 0 });

    public IEnumerable<string> JwtProviders =>
        Sources.SelectMany(source => source.Permissions).Select(permission => permission.Jwt).Append(Jwt).OfType<JwtRequirement>().SelectMany(jwt => jwt.Providers).Select(provider => provider.Name);

    public static ServiceIntentions Read(JsonObject document) => new(document.Text("Name"), [.. document.Objects("Sources").Select(SourceIntention.Read)])
    {
        Jwt = JwtRequirement.Read(document["JWT"]),
        Meta = document.Map("Meta").ToImmutableSortedDictionary(StringComparer.Ordinal),
    };

    protected override JsonObject Body()
    {
        var body = new JsonObject().With("Kind", Kind).With("Name", Name).With("Sources", new JsonArray([.. Sources.Select(source => source.ToJson())]));
        return (Jwt is null ? body : body.With("JWT", Jwt.ToJson())).WithMap("Meta", Meta);
    }
}
