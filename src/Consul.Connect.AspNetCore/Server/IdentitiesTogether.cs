using ConsulConnect.Configuration;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Server;

/// <summary>What must hold for the identities of one process together; each by itself has been judged when it was read.</summary>
internal static class IdentitiesTogether
{
    /// <exception cref="InvalidOperationException">Two cannot be told apart, or one is defined that the app does not have.</exception>
    public static void Check(IReadOnlyList<ConnectService> identities, IConfiguration? configuration)
    {
        // Keys of the configuration do not tell letters apart by their case.
        if (Twice(identities, service => service.Options.Identity) is (var names, _, _))
            throw new InvalidOperationException($"Two identities of this app are named \"{names}\", if the case of letters is left aside, and one definition would be both's; name one of them differently.");
        if (Twice(identities.Where(service => service.Registrar is not null), service => service.Options.Service?.Id) is (var id, var one, var other))
            throw new InvalidOperationException($"{one.Options.DefinitionPath}:Id and {other.Options.DefinitionPath}:Id are both \"{id}\", and would take the entry from each other; give each its own, or remove both.");

        var known = identities.Select(service => service.Options.Identity).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (ConnectConfiguration.IdentitiesIn(configuration).FirstOrDefault(defined => !known.Contains(defined)) is { } unknown)
            throw new InvalidOperationException($"Consul:Services:{unknown} defines a service that this app does not have; add builder.WebHost.UseConsulConnect(\"{unknown}\", o => o.Endpoint = \"…\"), or remove it.");
    }

    private static (string Value, ConnectService One, ConnectService Other)? Twice(IEnumerable<ConnectService> identities, Func<ConnectService, string?> value)
    {
        var shared = identities.Where(service => !string.IsNullOrEmpty(value(service))).GroupBy(service => value(service)!, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return shared?.ToList() is [var one, var other, ..] ? (shared.Key, one, other) : null;
    }
}
