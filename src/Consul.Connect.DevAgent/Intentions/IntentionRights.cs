using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Who may see and change intentions.</summary>
internal static class IntentionRights
{
    /// <summary>Unlike most refusals, those about single intentions do not say what is missing.</summary>
    public static AgentException Denied => new(403, "Permission denied");

    /// <summary>The right on either end is enough.</summary>
    public static bool CanRead(AclIdentity acl, Intention intention) => acl.CanReadIntentions(intention.Destination.Name) || acl.CanReadIntentions(intention.Source.Name);

    public static void DemandWrite(AclIdentity acl, string destination)
    {
        if (!acl.CanWriteIntentions(destination))
            throw Denied;
    }
}
