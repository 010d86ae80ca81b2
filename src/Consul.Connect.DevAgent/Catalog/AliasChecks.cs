using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>Checks that have the state of another service's, or of the node's, checks.</summary>
internal static class AliasChecks
{
    /// <param name="checks">All; updated through <paramref name="put"/>.</param>
    /// <param name="put">Takes a new state.</param>
    /// <param name="isService">Whether there is a service of this id.</param>
    /// <param name="nodeName">The agent's.</param>
    public static void Follow(IDictionary<string, HealthCheck> checks, Action<HealthCheck> put, Func<string, bool> isService, string nodeName)
    {
        var aliases = checks.Values.Where(check => check.Definition.Kind == CheckKind.Alias).Select(check => check.Id).ToList();
        // One may follow another; a ring of them would never rest.
        for (var turn = 0; turn <= aliases.Count; turn++)
        {
            var isCalm = true;
            foreach (var id in aliases)
            {
                var check = checks[id];
                var (status, output) = StateOf(check, checks.Values, isService, nodeName);
                if (status == check.Status && output == check.Output)
                    continue;
                put(check.Reach(status, output));
                isCalm = false;
            }

            if (isCalm)
                return;
        }
    }

    private static (string Status, string Output) StateOf(HealthCheck alias, IEnumerable<HealthCheck> checks, Func<string, bool> isService, string nodeName)
    {
        var definition = alias.Definition;
        // By the service the agent asks itself, by the node it asks the catalog, which also knows the serf's check.
        var followed = checks.Where(check => check.Id != alias.Id
            && (definition.AliasNode != "" ? check.ServiceId == "" || (definition.AliasService != "" && check.ServiceId == definition.AliasService) : check.IsLocal && (check.ServiceId == "" || check.ServiceId == definition.AliasService)));
        if (definition.AliasNode != "" && !string.Equals(definition.AliasNode, nodeName, StringComparison.OrdinalIgnoreCase))
            followed = [];
        var state = (Status: CheckStatus.Passing, Output: "No checks found.");
        var isFollowing = false;
        foreach (var check in followed)
        {
            isFollowing = true;
            if (check.Status != CheckStatus.Passing)
                state = (check.Status, $"Aliased check \"{check.Name}\" failing: {check.Output}");
            else if (state.Status == CheckStatus.Passing)
                state = (CheckStatus.Passing, "All checks passing.");
            if (check.Status == CheckStatus.Critical)
                return state;
        }

        return !isFollowing && definition.AliasService != "" && !isService(definition.AliasService)
            ? (CheckStatus.Critical, $"Service {definition.AliasService} could not be found on node {definition.AliasNode}")
            : state;
    }
}
