using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "The Consul agent at {Address}{Origin} does not serve: {LastAnswer}. {Remedy}. It is asked again until it does; what it said before stays in force.")]
    public static partial void AgentUnreachable(ILogger logger, string address, string origin, string lastAnswer, string remedy);

    [LoggerMessage(101, LogLevel.Information, "The Consul agent at {Address} serves again.")]
    public static partial void AgentAnswers(ILogger logger, string address);

    [LoggerMessage(102, LogLevel.Error, "The Consul agent denies the watch of {Watch}: {LastAnswer}. It is asked again, ever more seldom up to each 30 s, and at once when the token file changes.")]
    public static partial void Denied(ILogger logger, string watch, string lastAnswer);

    [LoggerMessage(103, LogLevel.Warning, "The Consul agent does not know the token yet that watches {Watch}: {LastAnswer}. It is asked again each second for a minute.")]
    public static partial void TokenNotKnownYet(ILogger logger, string watch, string lastAnswer);

    [LoggerMessage(EventId = 104, Message = "The watch of {Watch} cannot go on: {LastAnswer}. It is tried again; what was known before stays in force.")]
    public static partial void Failed(ILogger logger, LogLevel level, string watch, string lastAnswer);

    [LoggerMessage(105, LogLevel.Warning, "What the agent said about {Watch} is not used: {Reason}.")]
    public static partial void Rejected(ILogger logger, string watch, string reason);

    [LoggerMessage(106, LogLevel.Information, "The watch of {Watch} is well again.")]
    public static partial void Recovered(ILogger logger, string watch);

    [LoggerMessage(107, LogLevel.Error, "The watch of {Watch} met an unexpected exception, and goes on.")]
    public static partial void UnexpectedFailure(ILogger logger, string watch, Exception exception);

    [LoggerMessage(110, LogLevel.Warning, "Consul:TokenFile {Path} cannot be used: {Fault}. The token it held before, if any, stays in use.")]
    public static partial void TokenFileUnusable(ILogger logger, string path, string fault);

    [LoggerMessage(111, LogLevel.Information, "Consul:TokenFile {Path} holds another token; all watches start over with it.")]
    public static partial void TokenChanged(ILogger logger, string path);

    [LoggerMessage(112, LogLevel.Information, "The files in Consul:Tls have changed; all watches start over with them.")]
    public static partial void TlsFilesChanged(ILogger logger);

    [LoggerMessage(113, LogLevel.Warning, "Calls to the agent go on as before, if they did: {Fault}.")]
    public static partial void TlsFilesUnusable(ILogger logger, string fault);

    [LoggerMessage(114, LogLevel.Error, "Reading Consul:TokenFile and the files in Consul:Tls again met an unexpected exception; both are read again in a second.")]
    public static partial void SecretsUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(115, LogLevel.Information, "The Consul agent at {Address} is older than 1.11.5 and follows redirects in HTTP checks; the entry is registered without DisableRedirects.")]
    public static partial void FollowsRedirects(ILogger logger, string address);
}
