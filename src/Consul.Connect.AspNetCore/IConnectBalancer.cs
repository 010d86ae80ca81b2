namespace ConsulConnect;

/// <summary>Picks the instance for one request.</summary>
public interface IConnectBalancer
{
    /// <summary>The index of the one to use. Called by many threads at once; must return at once and not throw.</summary>
    /// <param name="candidates">
    /// At least one; none has the weight 0. Ejected instances are not among them, nor those that have failed this request, unless more than
    /// half of all are ejected, or no other is left: then all that this request has not tried.
    /// </param>
    int Pick(ReadOnlySpan<ConnectCandidate> candidates);
}

/// <summary>An instance that could be picked.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="ActiveRequests">How many requests of this process it is answering.</param>
public readonly record struct ConnectCandidate(ConnectInstance Instance, int ActiveRequests);

/// <summary>The balancers that come with the library.</summary>
public enum ConnectBalancing
{
    /// <summary>In turn, each as often as its weight says.</summary>
    RoundRobin,

    /// <summary>The one with the fewest requests under way, for its weight.</summary>
    LeastRequests,
}
