namespace ConsulConnect;

/// <summary>Where the permissions of intentions, which decide per request, are enforced.</summary>
public enum ConnectAuthorizationScope
{
    /// <summary>On every request of a mesh endpoint, before anything of the app sees it.</summary>
    AllRequests,

    /// <summary>
    /// On endpoints with <see cref="ConnectAuthorizeAttribute"/> alone. Static files, fallbacks and what a middleware answers by itself
    /// are then not enforced per request: as on a connection without requests, a caller whose intention carries permissions gets 403
    /// there. What cannot be read one way only, and what nobody can decide, is refused everywhere.
    /// </summary>
    AnnotatedEndpoints,
}
