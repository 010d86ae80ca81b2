using System.Collections.Immutable;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>An intention as the body of a write, decoded as strictly as Go does it.</summary>
internal sealed record IntentionBody(string Id, string SourceName, string DestinationName, string SourceType, string Action, string Description)
{
    // Consul decodes it into a structure that has no name.
    private const string GoType = "struct { Hash string; CreatedAt string; UpdatedAt string; *structs.Alias }";

    public required ImmutableArray<RequestPermission> Permissions { get; init; }

    public required ImmutableSortedDictionary<string, string> Meta { get; init; }

    public required string SourceNamespace { get; init; }

    public required string DestinationNamespace { get; init; }

    public required string SourcePartition { get; init; }

    public required string DestinationPartition { get; init; }

    /// <summary>What it says about its source.</summary>
    public SourceIntention Source => new(SourceName, Action, Permissions) { Type = SourceType, Description = Description };

    /// <param name="status">What a body that cannot be read is answered with.</param>
    public static async Task<IntentionBody> ReadAsync(AgentCall call, int status, string prefix)
    {
        try
        {
            return Read(await call.ReadObjectAsync(prefix, GoType));
        }
        catch (AgentException e) when (e.Status != status)
        {
            throw new AgentException(status, e.Message);
        }
    }

    private static IntentionBody Read(BodyReader body)
    {
        var read = new IntentionBody(body.String("ID"), body.String("SourceName"), body.String("DestinationName"), body.String("SourceType"), body.String("Action"), body.String("Description"))
        {
            Permissions = [.. (body.Objects("Permissions") ?? []).Select(Permission)],
            Meta = (body.StringMap("Meta") ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal),
            SourceNamespace = body.String("SourceNS"),
            DestinationNamespace = body.String("DestinationNS"),
            SourcePartition = body.String("SourcePartition"),
            DestinationPartition = body.String("DestinationPartition"),
        };
        body.Ignore("SourcePeer", "SourceSamenessGroup", "JWT", "DefaultAddr", "DefaultPort", "Precedence", "CreatedAt", "UpdatedAt", "Hash", "CreateIndex", "ModifyIndex");
        body.End();
        return read;
    }

    private static RequestPermission Permission(BodyReader permission)
    {
        var http = permission.Object("HTTP");
        var read = new RequestPermission(permission.String("Action"), http is null ? null : Http(http), Jwt(permission.Object("JWT")));
        permission.End();
        return read;
    }

    private static HttpRule Http(BodyReader http)
    {
        var read = new HttpRule(http.String("PathExact"), http.String("PathPrefix"), http.String("PathRegex"),
            [.. (http.Objects("Header") ?? []).Select(Header)], [.. http.Strings("Methods") ?? []]);
        http.End();
        return read;
    }

    private static HeaderRule Header(BodyReader header)
    {
        var read = new HeaderRule(header.String("Name"))
        {
            Present = header.Bool("Present"),
            Exact = header.String("Exact"),
            Prefix = header.String("Prefix"),
            Suffix = header.String("Suffix"),
            Contains = header.String("Contains"),
            Regex = header.String("Regex"),
            Invert = header.Bool("Invert"),
            IgnoreCase = header.Bool("IgnoreCase"),
        };
        header.End();
        return read;
    }

    private static JwtRequirement? Jwt(BodyReader? jwt)
    {
        if (jwt is null)
            return null;
        var read = new JwtRequirement([.. (jwt.Objects("Providers") ?? []).Select(Provider)]);
        jwt.End();
        return read;
    }

    private static JwtProviderReference Provider(BodyReader provider)
    {
        var read = new JwtProviderReference(provider.String("Name"), [.. (provider.Objects("VerifyClaims") ?? []).Select(Claim)]);
        provider.End();
        return read;
    }

    private static JwtClaim Claim(BodyReader claim)
    {
        var read = new JwtClaim([.. claim.Strings("Path") ?? []], claim.String("Value"));
        claim.End();
        return read;
    }
}
