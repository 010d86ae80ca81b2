using System.Buffers;

namespace ConsulConnect;

/// <summary>
/// A SPIFFE ID in the forms Consul issues. Beyond <see cref="Kind"/> and <see cref="TrustDomain"/> the members are set for a
/// service only. Stricter than Consul's own parser, which folds case, decodes escapes and drops what it does not expect.
/// </summary>
internal readonly record struct SpiffeId(SpiffeKind Kind, string TrustDomain, string Partition, string Namespace, string Datacenter, string Service)
{
    public const string Default = "default";

    private const string Scheme = "spiffe://";
    private const int MaxLength = 2048;
    private const int MaxSegments = 8;

    private static readonly SearchValues<char> _allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <param name="fault">What is wrong, as the end of a sentence; never a part of the text, which nobody has vouched for.</param>
    public static bool TryParse(ReadOnlySpan<char> uri, out SpiffeId id, out string fault)
    {
        id = default;
        fault = "";
        if (uri.Length > MaxLength)
            return Fail("is longer than 2048 characters", out fault);
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
            return Fail("does not begin with spiffe:// in lower case", out fault);

        var rest = uri[Scheme.Length..];
        var slash = rest.IndexOf('/');
        var host = slash < 0 ? rest : rest[..slash];
        // Upper case passes here, and fails where trust domains are compared, so that the refusal names the right cause.
        if (host.IsEmpty || host.ContainsAnyExcept(_allowed))
            return Fail("has no trust domain, or one with characters that are not allowed", out fault);
        if (slash < 0)
            return host.IndexOf('.') > 0 ? Succeed(new(SpiffeKind.Signing, host.ToString(), "", "", "", ""), out id) : Fail("has no path", out fault);

        var path = rest[(slash + 1)..];
        Span<Range> all = stackalloc Range[MaxSegments + 1];
        ReadOnlySpan<Range> segments = all[..path.Split(all, '/')];
        foreach (var segment in segments)
            if (path[segment] is "" or "." or ".." || path[segment].ContainsAnyExcept(_allowed))
                return Fail("has a path segment that is empty, dotted, escaped or too much", out fault);

        var partition = Default;
        var isPartitioned = segments.Length > 2 && path[segments[0]] is "ap";
        if (isPartitioned)
        {
            partition = Partitioned(path[segments[1]]);
            segments = segments[2..];
        }
        if (Fits(path, segments, "ns", null, "dc", null, "svc", null))
            return Succeed(new(SpiffeKind.Service, host.ToString(), partition, Text(path[segments[1]]), path[segments[3]].ToString(), path[segments[5]].ToString()), out id);

        var kind = true switch
        {
            _ when Fits(path, segments, "agent", "client", "dc", null, "id", null) => SpiffeKind.Agent,
            _ when Fits(path, segments, "gateway", "mesh", "dc", null) => SpiffeKind.MeshGateway,
            _ when !isPartitioned && Fits(path, segments, "agent", "server", "dc", null) => SpiffeKind.Server,
            _ when isPartitioned && Fits(path, segments, "ns", null, "identity", null) => SpiffeKind.Workload,
            _ => SpiffeKind.Service,
        };
        return kind is SpiffeKind.Service
            ? Fail("has a path in none of the forms that Consul issues", out fault)
            : Succeed(new(kind, host.ToString(), "", "", "", ""), out id);
    }

    /// <summary>Whether a text can be a part of an identity, such as a service's name.</summary>
    public static bool IsSegment(ReadOnlySpan<char> text) => text is not ("" or "." or "..") && !text.ContainsAnyExcept(_allowed);

    /// <summary>Whether a verified peer is exactly this service: every part, the trust domain and the datacenter included, ordinally.</summary>
    public bool Is(ConnectPeer peer) =>
        Kind is SpiffeKind.Service
        && string.Equals(TrustDomain, peer.TrustDomain, StringComparison.Ordinal)
        && string.Equals(Partition, peer.Partition, StringComparison.Ordinal)
        && string.Equals(Namespace, peer.Namespace, StringComparison.Ordinal)
        && string.Equals(Datacenter, peer.Datacenter, StringComparison.Ordinal)
        && string.Equals(Service, peer.Service, StringComparison.Ordinal);

    /// <summary>The canonical form of a service: as Consul writes it, the partition only where it is not the default one.</summary>
    public override string ToString() => Partition is Default
        ? $"spiffe://{TrustDomain}/ns/{Namespace}/dc/{Datacenter}/svc/{Service}"
        : $"spiffe://{TrustDomain}/ap/{Partition}/ns/{Namespace}/dc/{Datacenter}/svc/{Service}";

    private static bool Fits(ReadOnlySpan<char> path, ReadOnlySpan<Range> segments, params ReadOnlySpan<string?> form)
    {
        if (segments.Length != form.Length)
            return false;
        for (var i = 0; i < form.Length; i++)
            if (form[i] is { } word && !path[segments[i]].SequenceEqual(word))
                return false;
        return true;
    }

    // Consul compares partitions in lower case.
    private static string Partitioned(ReadOnlySpan<char> name) =>
        name.Equals(Default, StringComparison.OrdinalIgnoreCase) ? Default : name.ToString().ToLowerInvariant();

    private static string Text(ReadOnlySpan<char> name) => name is Default ? Default : name.ToString();

    private static bool Fail(string what, out string fault)
    {
        fault = what;
        return false;
    }

    private static bool Succeed(SpiffeId value, out SpiffeId id)
    {
        id = value;
        return true;
    }
}
