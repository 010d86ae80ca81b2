using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>
/// The feature of a request under <see cref="ConnectAuthorizationScope.AnnotatedEndpoints"/>: the endpoint's requirement takes the
/// decision. One that rests on permissions is left to the endpoint, and refused when nothing has taken it.
/// </summary>
internal sealed class PendingDecision(IntentionDecision decision)
{
    private bool _taken;
    private bool _withheld;

    public IntentionDecision Decision { get; } = decision;

    /// <summary>Whether an annotated endpoint has applied it.</summary>
    public bool Taken
    {
        get => Volatile.Read(ref _taken);
        set => Volatile.Write(ref _taken, value);
    }

    /// <summary>Whether the app's answer goes out. One that was held back because nothing had taken the decision stays held back, and so does every one to a refused caller.</summary>
    public bool Stands => Taken && Decision.Allowed && !_withheld;

    /// <summary>Asked before anything of an answer goes out.</summary>
    public bool MayAnswer()
    {
        _withheld |= !Taken;
        return Stands;
    }
}
