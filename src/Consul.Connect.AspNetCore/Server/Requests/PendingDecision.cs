using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>
/// The feature of a request whose permissions are left to the endpoint, under <see cref="ConnectAuthorizationScope.AnnotatedEndpoints"/>:
/// the endpoint's requirement takes the decision, and what nothing has taken is refused.
/// </summary>
internal sealed class PendingDecision(IntentionDecision decision)
{
    public IntentionDecision Decision { get; } = decision;

    /// <summary>Whether an annotated endpoint has applied it.</summary>
    public bool Taken { get; set; }

    /// <summary>Whether an answer was held back, because nothing had taken the decision; from then on none goes out but the refusal.</summary>
    public bool Withheld { get; private set; }

    /// <summary>Asked before anything of an answer goes out.</summary>
    public bool MayAnswer()
    {
        Withheld |= !Taken;
        return !Withheld;
    }
}
