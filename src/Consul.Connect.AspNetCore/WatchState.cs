namespace ConsulConnect;

/// <summary>How one loop is doing, for whoever reports it.</summary>
/// <param name="Name">leaf, roots, intentions, default_policy.</param>
/// <param name="SinceConfirmed">How long ago the agent last confirmed what is in use; null before the first time.</param>
/// <param name="LastError">Why the last turn confirmed nothing; null when it did.</param>
/// <param name="Denied">For how long the agent has answered 403; null when it does not.</param>
internal sealed record WatchState(string Name, TimeSpan? SinceConfirmed, string? LastError, TimeSpan? Denied);
