namespace ConsulConnect.Configuration;

/// <summary>What code says about the options of one identity.</summary>
/// <param name="Identity">Null for the one without a name.</param>
internal sealed record CodeOptions(string? Identity, Action<ConsulConnectOptions> Configure);

internal static class CodeOptionsExtensions
{
    /// <summary>All that is said about one, in the order in which it was said.</summary>
    public static Action<ConsulConnectOptions> Of(this IEnumerable<CodeOptions> all, string? identity) => options =>
    {
        foreach (var code in all.Where(code => code.Identity == identity))
            code.Configure(options);
    };
}
