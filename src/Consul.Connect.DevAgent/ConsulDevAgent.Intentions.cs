using System.Collections.Immutable;
using System.Text.Json;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;

namespace ConsulConnect.DevAgent;

public sealed partial class ConsulDevAgent
{
    /// <summary>Lets one service call another; an earlier intention between the two is replaced, all others stay.</summary>
    /// <param name="source">The calling service, or <c>*</c> for any.</param>
    /// <param name="destination">The called service, or <c>*</c> for any.</param>
    /// <exception cref="ArgumentException">Consul would refuse it; the message is Consul's.</exception>
    public void Allow(string source, string destination) => Upsert(destination, IntentionSource.Allow(source));

    /// <summary>Forbids one service to call another; an earlier intention between the two is replaced, all others stay.</summary>
    /// <param name="source">The calling service, or <c>*</c> for any.</param>
    /// <param name="destination">The called service, or <c>*</c> for any.</param>
    /// <exception cref="ArgumentException">Consul would refuse it; the message is Consul's.</exception>
    public void Deny(string source, string destination) => Upsert(destination, IntentionSource.Deny(source));

    /// <summary>
    /// Says who may call a service and replaces all that was said before; without a source nothing is said any more, and the default
    /// policy decides. Permissions demand that the service speaks HTTP: where nothing is known of its protocol, it is made <c>http</c>.
    /// </summary>
    /// <param name="destination">The called service, or <c>*</c> for any, which takes no permissions.</param>
    /// <param name="sources">Who may call it; the most exact one that names a caller decides, whatever their order.</param>
    /// <exception cref="ArgumentException">Consul would refuse it; the message is Consul's. Nothing is changed then.</exception>
    public void SetIntentions(string destination, params IReadOnlyList<IntentionSource> sources)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentNullException.ThrowIfNull(sources);
        Say(() =>
        {
            ImmutableArray<SourceIntention> stored = [.. sources.Select(PublicIntentions.Convert)];
            IntentionWrites.Check(destination, stored);
            if (stored.Any(source => !source.Permissions.IsEmpty))
                SpeakHttp(destination);
            _core.IntentionWrites.Replace(destination, stored);
        });
    }

    private void Upsert(string destination, IntentionSource source)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentException.ThrowIfNullOrEmpty(source.Name, nameof(source));
        Say(() => _core.IntentionWrites.Upsert(destination, PublicIntentions.Convert(source), ImmutableSortedDictionary<string, string>.Empty));
    }

    private void SpeakHttp(string service)
    {
        if (ConfigGraph.KnownProtocolOf(_core.Config.Current, service) is null)
            _core.Config.Update<DocumentEntry>(ConfigKinds.ServiceDefaults, service, before =>
            {
                var document = before?.Document.DeepClone().AsObject() ?? ConfigDecoder.Decode(JsonElement.Parse("{}"), ConfigSchemas.Of(ConfigKinds.ServiceDefaults));
                document["Name"] = service;
                document["Protocol"] = "http";
                return DocumentRules.Normalize(ConfigKinds.ServiceDefaults, document);
            });
    }

    private static void Say(Action write)
    {
        try
        {
            write();
        }
        catch (AgentException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }
}
