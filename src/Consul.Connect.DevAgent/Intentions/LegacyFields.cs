using System.Collections.Immutable;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What an intention has that was created by id.</summary>
internal sealed record LegacyFields(string Id, ImmutableSortedDictionary<string, string> Meta, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public string Created => GoTime.Format(CreatedAt);

    public string Updated => GoTime.Format(UpdatedAt);
}
