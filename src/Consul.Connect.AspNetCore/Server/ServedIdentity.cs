namespace ConsulConnect.Server;

/// <summary>One identity as this server serves it: its listeners, and what decides about the requests they take.</summary>
internal sealed class ServedIdentity
{
    public ServedIdentity(ConnectService service, RequestEnforcement requests, TimeProvider time)
    {
        (Service, Requests) = (service, requests);
        Listener = new(this, time);
        Hook = new(service.Options.Endpoint, Listener, Listeners);
    }

    public ConnectService Service { get; }

    public RequestEnforcement Requests { get; }

    public MeshListener Listener { get; }

    public MeshListeners Listeners { get; } = new();

    public KestrelHook Hook { get; }
}
