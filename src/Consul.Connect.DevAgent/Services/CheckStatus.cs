namespace ConsulConnect.DevAgent.Services;

internal static class CheckStatus
{
    public const string Passing = "passing";
    public const string Warning = "warning";
    public const string Critical = "critical";

    public static bool IsKnown(string status) => status is Passing or Warning or Critical;
}
