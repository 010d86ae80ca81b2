namespace ConsulConnect.DevAgent;

/// <summary>What one header of a request must be. Of the presence and the five comparisons exactly one is set.</summary>
/// <param name="Name">The header's name, in any case.</param>
public sealed record IntentionHeader(string Name)
{
    /// <summary>The header must be there. Default: false.</summary>
    public bool Present { get; init; }

    /// <summary>The whole value. Default: null.</summary>
    public string? Exact { get; init; }

    /// <summary>What the value starts with. Default: null.</summary>
    public string? Prefix { get; init; }

    /// <summary>What the value ends with. Default: null.</summary>
    public string? Suffix { get; init; }

    /// <summary>What the value contains. Default: null.</summary>
    public string? Contains { get; init; }

    /// <summary>An RE2 expression for the whole value. Default: null.</summary>
    public string? Regex { get; init; }

    /// <summary>The opposite must be true. Default: false.</summary>
    public bool Invert { get; init; }

    /// <summary>The case of the value does not matter; not with <see cref="Present"/> or <see cref="Regex"/>. Default: false.</summary>
    public bool IgnoreCase { get; init; }
}
