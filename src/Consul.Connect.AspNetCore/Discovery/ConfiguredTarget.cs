namespace ConsulConnect.Discovery;

/// <summary>What a target comes to under the configuration of its upstream, which its name chooses.</summary>
internal static class ConfiguredTarget
{
    /// <returns>Null: what was asked for contradicts the configuration.</returns>
    public static ConnectTarget? Of(ConnectTarget target, IDictionary<string, ConnectUpstreamOptions> upstreams, out string? fault)
    {
        fault = null;
        if (target.Label is not null || target.Kind == ConnectTargetKind.Static)
            return target;
        var label = target.Name;
        if (!upstreams.TryGetValue(label, out var options))
            return target with { Label = label };

        var datacenter = options.Datacenter is { Length: > 0 } configured ? configured : null;
        if (target.Kind == ConnectTargetKind.Service && options is { Address: { } address, Identity: { } identity })
        {
            var legacy = ConnectTarget.Static(address, identity) with { Label = label };
            return SpiffeId.TryParse(identity, out var id, out _) && Differ(target.Datacenter, id.Datacenter)
                ? Contradicts(target, $"Consul:Connect:Upstreams:{label}:Identity is of \"{id.Datacenter}\"", out fault)
                : legacy;
        }

        if (Differ(target.Datacenter, datacenter))
            return Contradicts(target, $"Consul:Connect:Upstreams:{label}:Datacenter is \"{datacenter}\"", out fault);
        datacenter ??= target.Datacenter;
        return target.Kind == ConnectTargetKind.Query
            ? ConnectTarget.Query(target.Name, datacenter) with { Label = label }
            : ConnectTarget.Service(options.Service is { Length: > 0 } name ? name : target.Name, datacenter, target.Namespace ?? options.Namespace, target.Partition ?? options.Partition) with { Label = label };
    }

    /// <summary>The options of a target that <see cref="Of"/> has answered.</summary>
    public static ConnectUpstreamOptions Options(ConnectTarget target, IDictionary<string, ConnectUpstreamOptions> upstreams) =>
        target.Label is { } label && upstreams.TryGetValue(label, out var options) ? options : new();

    private static bool Differ(string? asked, string? configured) =>
        asked is not null && configured is not null && !asked.Equals(configured, StringComparison.OrdinalIgnoreCase);

    private static ConnectTarget? Contradicts(ConnectTarget target, string configuration, out string? fault)
    {
        fault = $"{target} asks for the datacenter \"{target.Datacenter}\", but {configuration}; leave one of them out, or write the same in both.";
        return null;
    }
}
