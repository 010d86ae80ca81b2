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
        if (identities.GroupBy(service => service.Options.Identity ?? "", StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Two identities of this app are named \"{twice.Key}\", if the case of letters is left aside, and one definition would be both's; name one of them differently.");
        foreach (var (index, service) in identities.Index())
        {
            if (service.Options.Service is { } definition && SharedIds(service, definition, identities.Take(index)).FirstOrDefault() is { } fault)
                throw new InvalidOperationException(fault);
        }

        var known = identities.Select(service => service.Options.Identity).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (ConnectConfiguration.IdentitiesIn(configuration).FirstOrDefault(defined => !known.Contains(defined)) is { } unknown)
            throw new InvalidOperationException($"Consul:Services:{unknown} defines a service that this app does not have; add builder.WebHost.UseConsulConnect(\"{unknown}\", o => o.Endpoint = \"…\"), or remove it.");
    }

    /// <summary>Ids that an agent has only once, though this identity and another one want them both.</summary>
    /// <param name="definition">What is to hold for <paramref name="service"/>.</param>
    /// <returns>A fault for each.</returns>
    public static IEnumerable<string> SharedIds(ConnectService service, ConsulServiceOptions definition, IEnumerable<ConnectService> others)
    {
        if (service.Registrar is null)
            yield break;
        foreach (var other in others.Where(other => other != service))
        {
            foreach (var (isCheck, member, id) in Ids(definition))
            {
                if (other.Registrar?.Definition is { } theirs && Ids(theirs).FirstOrDefault(one => one.IsCheck == isCheck && string.Equals(one.Id, id, StringComparison.OrdinalIgnoreCase)) is { Id: not null } same)
                    yield return $"{other.Options.DefinitionPath}:{same.Member} and {service.Options.DefinitionPath}:{member} are both {MessageText.Quote(id)}, and each would take the other's place at the agent; give each its own, or remove both.";
            }
        }
    }

    private static IEnumerable<(bool IsCheck, string Member, string Id)> Ids(ConsulServiceOptions definition) =>
        definition.Checks.Select((check, index) => (true, $"{check.Place ?? $"Checks:{index}"}:Id", check.Id)).Prepend((false, "Id", definition.Id))
            .Where(one => !string.IsNullOrEmpty(one.Item3)).Select(one => (one.Item1, one.Item2, one.Item3!));
}
