namespace ConsulConnect.DevAgent.Filters;

/// <summary>What can be selected in the answers that take a filter.</summary>
internal static class FilterSchemas
{
    public static FilterField Check { get; } = FilterField.Object(
        ("Node", FilterField.Text),
        ("CheckID", FilterField.Text),
        ("Name", FilterField.Text),
        ("Status", FilterField.Text),
        ("Notes", FilterField.Text),
        ("Output", FilterField.Text),
        ("ServiceID", FilterField.Text),
        ("ServiceName", FilterField.Text),
        ("ServiceTags", FilterField.TextList),
        ("Type", FilterField.Text),
        ("Interval", FilterField.Text),
        ("Timeout", FilterField.Text),
        ("ExposedPort", FilterField.Number),
        ("PeerName", FilterField.Text));

    public static FilterField Node { get; } = FilterField.Object(
        ("ID", FilterField.Text),
        ("Node", FilterField.Text),
        ("Address", FilterField.Text),
        ("Datacenter", FilterField.Text),
        ("TaggedAddresses", FilterField.TextMap),
        ("Meta", FilterField.TextMap),
        ("PeerName", FilterField.Text));

    public static FilterField Service { get; } = FilterField.Object(
        ("Kind", FilterField.Text),
        ("ID", FilterField.Text),
        ("Service", FilterField.Text),
        ("Tags", FilterField.TextList),
        ("Address", FilterField.Text),
        ("TaggedAddresses", Addresses),
        ("Meta", FilterField.TextMap),
        ("Port", FilterField.Number),
        ("SocketPath", FilterField.Text),
        ("Weights", Weights),
        ("EnableTagOverride", FilterField.Flag),
        ("Proxy", Proxy),
        ("Connect", Connect),
        ("Datacenter", FilterField.Text),
        ("PeerName", FilterField.Text));

    public static FilterField Health { get; } = FilterField.Object(
        ("Node", Node),
        ("Service", Service),
        ("Checks", Check with { Kind = FilterKind.ObjectList }));

    public static FilterField CatalogService { get; } = FilterField.Object(
        ("ID", FilterField.Text),
        ("Node", FilterField.Text),
        ("Address", FilterField.Text),
        ("Datacenter", FilterField.Text),
        ("TaggedAddresses", FilterField.TextMap),
        ("NodeMeta", FilterField.TextMap),
        ("ServiceKind", FilterField.Text),
        ("ServiceID", FilterField.Text),
        ("ServiceName", FilterField.Text),
        ("ServiceTags", FilterField.TextList),
        ("ServiceAddress", FilterField.Text),
        ("ServiceTaggedAddresses", Addresses),
        ("ServiceWeights", Weights),
        ("ServiceMeta", FilterField.TextMap),
        ("ServicePort", FilterField.Number),
        ("ServiceSocketPath", FilterField.Text),
        ("ServiceEnableTagOverride", FilterField.Flag),
        ("ServiceProxy", Proxy),
        ("ServiceConnect", Connect));

    private static FilterField Addresses => FilterField.ObjectMap(("Address", FilterField.Text), ("Port", FilterField.Number));

    private static FilterField Weights => FilterField.Object(("Passing", FilterField.Number), ("Warning", FilterField.Number));

    private static FilterField Connect => FilterField.Object(("Native", FilterField.Flag));

    private static FilterField Proxy => FilterField.Object(
        ("DestinationServiceName", FilterField.Text),
        ("DestinationServiceID", FilterField.Text),
        ("LocalServiceAddress", FilterField.Text),
        ("LocalServicePort", FilterField.Number),
        ("LocalServiceSocketPath", FilterField.Text),
        ("Mode", FilterField.Text),
        ("MeshGateway", FilterField.Object(("Mode", FilterField.Text))),
        ("Upstreams", FilterField.ObjectList(
            ("DestinationType", FilterField.Text),
            ("DestinationNamespace", FilterField.Text),
            ("DestinationName", FilterField.Text),
            ("Datacenter", FilterField.Text),
            ("LocalBindAddress", FilterField.Text),
            ("LocalBindPort", FilterField.Number))));
}
