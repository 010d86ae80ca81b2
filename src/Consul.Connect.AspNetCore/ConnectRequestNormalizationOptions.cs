namespace ConsulConnect;

/// <summary>
/// How requests are read before intentions see them: the <c>Consul:Connect:RequestNormalization</c> section, with the names and values of
/// <c>HTTP.Incoming.RequestNormalization</c> in Consul's mesh entry, which an app cannot read itself.
/// </summary>
public sealed class ConnectRequestNormalizationOptions
{
    /// <summary>Whether rules that allow see <c>//</c> as <c>/</c>; rules that deny always do, too. Default false.</summary>
    public bool MergeSlashes { get; set; }

    /// <summary>What becomes of a path with <c>%2F</c> or <c>%5C</c> while an intention has a rule about paths. Default <see cref="ConnectEscapedSlashesAction.RejectRequest"/>.</summary>
    public ConnectEscapedSlashesAction PathWithEscapedSlashesAction { get; set; } = ConnectEscapedSlashesAction.RejectRequest;

    /// <summary>What becomes of header fields with an underscore in their name. Default <see cref="ConnectUnderscoresAction.Allow"/>.</summary>
    public ConnectUnderscoresAction HeadersWithUnderscoresAction { get; set; } = ConnectUnderscoresAction.Allow;
}

/// <summary>What becomes of a path with <c>%2F</c> or <c>%5C</c>.</summary>
public enum ConnectEscapedSlashesAction
{
    /// <summary><c>REJECT_REQUEST</c>: 400.</summary>
    RejectRequest,

    /// <summary><c>KEEP_UNCHANGED</c>: rules that allow see it as it is, rules that deny see it decoded as well.</summary>
    KeepUnchanged,
}

/// <summary>What becomes of header fields with an underscore in their name.</summary>
public enum ConnectUnderscoresAction
{
    /// <summary><c>ALLOW</c>: such a field is one like others, and another than the one with a hyphen.</summary>
    Allow,

    /// <summary><c>REJECT_REQUEST</c>: 400.</summary>
    RejectRequest,

    /// <summary><c>DROP_HEADER</c>: neither rules nor the app see it.</summary>
    DropHeader,
}
