namespace ConsulConnect;

/// <summary>What a SPIFFE ID of Consul stands for. Only a service may be a peer; the rest is known so that a refusal can name it.</summary>
internal enum SpiffeKind
{
    Service,
    Agent,
    Server,
    MeshGateway,
    Workload,
    Signing,
}
