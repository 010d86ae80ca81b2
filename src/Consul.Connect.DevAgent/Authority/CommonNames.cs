namespace ConsulConnect.DevAgent.Authority;

/// <summary>Names of authorities and, in the form up to 1.10, of leaves. Nobody may rely on them.</summary>
internal static class CommonNames
{
    // What 64 characters leave beside the fixed parts.
    private const int LongestService = 43 - 7;

    public static string OfRoot(string trustDomain) => $"pri-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}.consul.ca.{Short(trustDomain)}.consul";

    public static string OfLeaf(string service, string trustDomain)
    {
        var name = new string([.. service.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);
        return $"{(name.Length > LongestService ? name[..LongestService] : name)}.svc.default.{Short(trustDomain)}.consul";
    }

    private static string Short(string trustDomain) => trustDomain.Length > 8 ? trustDomain[..8] : trustDomain.Split('.')[0];
}
