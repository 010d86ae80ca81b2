using Microsoft.Extensions.Logging;

namespace ConsulConnect.Intentions;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "Intentions that apply to \"{Service}\" were read: {Count}.")]
    public static partial void IntentionsChanged(this ILogger logger, string service, int count);

    [LoggerMessage(301, LogLevel.Information, "Callers of \"{Service}\" that no intention names are decided by the default policy: {Policy} ({Origin}).")]
    private static partial void DefaultPolicyKnown(ILogger logger, string service, string policy, string origin);

    public static void DefaultPolicyAnswered(this ILogger logger, string service, DefaultPolicyAnswer answer)
    {
        DefaultPolicyKnown(logger, service, answer.ToString(), answer.Origin);
        if (answer.Allowed)
            DefaultPolicyAllows(logger, service);
    }

    [LoggerMessage(306, LogLevel.Warning, "Whoever no intention names may call \"{Service}\", because that is the agent's default policy. Set default_intention_policy or the ACL default policy to deny in Consul, or Consul:Connect:Authorization:DefaultPolicy to Deny here; to Allow, if it is meant.")]
    private static partial void DefaultPolicyAllows(ILogger logger, string service);

    [LoggerMessage(302, LogLevel.Warning, "{Rule} Update this library, or rewrite the intention.")]
    public static partial void IntentionNotUnderstood(this ILogger logger, string rule);

    [LoggerMessage(303, LogLevel.Information, "The agent gives nothing to wait on for intentions of \"{Service}\" ({Problem}); they are read every {PollInterval} instead.")]
    public static partial void PollingIntentions(this ILogger logger, string service, string problem, TimeSpan pollInterval);

    [LoggerMessage(304, LogLevel.Warning, "The agent cannot be asked who may call \"{Service}\", and callers are refused: {Problem}.")]
    public static partial void AuthorizeFails(this ILogger logger, string service, string problem);

    [LoggerMessage(305, LogLevel.Information, "The agent says again who may call \"{Service}\".")]
    public static partial void AuthorizeWorks(this ILogger logger, string service);

    [LoggerMessage(310, LogLevel.Warning, "{Warning}")]
    public static partial void PermissionMisleads(this ILogger logger, string warning);

    [LoggerMessage(311, LogLevel.Warning, "{Count} more permissions of intentions for \"{Service}\" do not do what they seem to.")]
    public static partial void MorePermissionsMislead(this ILogger logger, string service, int count);
}
