using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What one header must be; of the five comparisons and the presence, one is set.</summary>
internal sealed record HeaderRule(string Name)
{
    public bool Present { get; init; }

    public string Exact { get; init; } = "";

    public string Prefix { get; init; } = "";

    public string Suffix { get; init; } = "";

    public string Contains { get; init; } = "";

    public string Regex { get; init; } = "";

    public bool Invert { get; init; }

    public bool IgnoreCase { get; init; }

    public static HeaderRule Read(JsonObject header) => new(header.Text("Name"))
    {
        Present = header.Flag("Present"),
        Exact = header.Text("Exact"),
        Prefix = header.Text("Prefix"),
        Suffix = header.Text("Suffix"),
        Contains = header.Text("Contains"),
        Regex = header.Text("Regex"),
        Invert = header.Flag("Invert"),
        IgnoreCase = header.Flag("IgnoreCase"),
    };

    public JsonObject ToJson() => new JsonObject().With("Name", Name)
        .WithFlag("Present", Present).WithText("Exact", Exact).WithText("Prefix", Prefix).WithText("Suffix", Suffix)
        .WithText("Contains", Contains).WithText("Regex", Regex).WithFlag("Invert", Invert).WithFlag("IgnoreCase", IgnoreCase);
}
