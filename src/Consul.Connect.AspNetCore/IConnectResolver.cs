namespace ConsulConnect;

/// <summary>
/// Turns a target into its instances. The default one follows the agent; register another as a singleton to
/// replace it. Upstreams with a fixed address and identity need none: no other resolver is asked for them.
/// </summary>
public interface IConnectResolver
{
    /// <summary>All instances that may be called now; asked for each request, so an implementation answers from what it knows.</summary>
    /// <param name="target">Whom to call.</param>
    /// <param name="cancellationToken">Ends the wait for a first answer.</param>
    ValueTask<IReadOnlyList<ConnectInstance>> ResolveAsync(ConnectTarget target, CancellationToken cancellationToken);
}
