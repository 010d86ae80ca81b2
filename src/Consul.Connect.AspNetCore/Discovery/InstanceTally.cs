using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>Counts why instances in the catalog are not called, and says it. It names ids, never what checks or metadata hold.</summary>
/// <param name="what">The upstream, as in "of "api" in the datacenter "dc2"".</param>
/// <param name="rights">The rights that seeing it takes.</param>
/// <param name="isFiltered">Whether the agent says that the token does not see everything.</param>
internal sealed class InstanceTally(string what, string rights, bool isFiltered)
{
    private const int MostNamed = 3;

    private readonly List<string> _named = [];
    private int _skipped;

    public int Usable { get; set; }

    public int Critical { get; set; }

    public int Warning { get; set; }

    public int Weightless { get; set; }

    public int Duplicates { get; set; }

    /// <summary>Which entries are passed over whatever their health, and why; null: none.</summary>
    public string? Skipped => _skipped == 0 ? null
        : $"{_skipped} passed over ({string.Join("; ", _named)}{(_skipped > _named.Count ? $"; and {_skipped - _named.Count} more" : "")})";

    public void Skip(HealthEntry entry, string reason)
    {
        _skipped++;
        if (_named.Count < MostNamed)
            _named.Add($"\"{AgentErrors.Clean(entry.Id.Length > 0 ? entry.Id : entry.Service)}\": {reason}");
    }

    /// <summary>Why there are none, or fewer than in the catalog; null: there is nothing to say.</summary>
    public string? Problem()
    {
        var left = Critical + Warning + Weightless + _skipped;
        var total = Usable + left;
        if (total == 0)
        {
            return isFiltered
                ? $"the agent hides every instance {what} from this app's token, which needs {rights}"
                : $"no instance {what} is registered for the mesh, natively or behind a sidecar; or the token may not see one without {rights}";
        }

        var hidden = isFiltered ? $"; the agent hides others from this app's token, which needs {rights}" : "";
        if (left == 0)
            return isFiltered ? hidden[2..] : null;
        if (Usable == 0 && Critical == total)
            return (total == 1 ? $"the only instance {what} is critical" : $"all {total} instances {what} are critical") + hidden;
        if (Usable == 0 && Warning == total)
            return (total == 1 ? $"the only instance {what} is" : $"all {total} instances {what} are") + " in the state warning, and OnlyPassing leaves those out" + hidden;

        string?[] parts =
        [
            Critical > 0 ? $"{Critical} critical" : null,
            Warning > 0 ? $"{Warning} in the state warning, which OnlyPassing leaves out" : null,
            Weightless > 0 ? $"{Weightless} with the weight 0" : null,
            Skipped,
        ];
        return $"of {total} instances {what}, {(Usable == 0 ? "none" : Usable)} can be called: {string.Join(", ", parts.Where(part => part is not null))}{hidden}";
    }
}
