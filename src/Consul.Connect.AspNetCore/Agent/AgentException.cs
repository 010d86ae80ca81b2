namespace ConsulConnect.Agent;

/// <summary>The five things a failed call can mean. What to do about each is decided by its reader, never by status code again.</summary>
internal enum AgentFault
{
    /// <summary>403: an operator must act.</summary>
    Denied,

    /// <summary>What was asked for does not exist.</summary>
    Missing,

    /// <summary>The network, 5xx, 429, a time-out: the same call may succeed later.</summary>
    Transient,

    /// <summary>The agent will refuse this call for ever: it is wrong, or the agent is not set up for it.</summary>
    Permanent,

    /// <summary>An answer that cannot be believed.</summary>
    Malformed,
}

/// <summary>A call to the agent failed. The message names the call, the status and the agent's text; never a token or a key.</summary>
internal sealed class AgentException(AgentFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public AgentFault Fault { get; } = fault;

    /// <summary>429 or 503: the agent asks for fewer calls.</summary>
    public bool IsBusy { get; init; }

    /// <summary>403 <c>ACL not found</c>: normal for a while after a token was created, because agents resolve tokens by stale reads.</summary>
    public bool IsUnknownToken { get; init; }

    /// <summary>The member of the body that this version of the agent does not know and therefore refuses all of it; null: it was refused for something else.</summary>
    public string? UnknownMember { get; init; }

    /// <summary>Whether the agent has answered, if not with what was asked for; false when nothing came, or not the whole.</summary>
    public bool IsAnswer
    {
        get => field || Fault != AgentFault.Transient;
        init;
    }

    /// <summary>Not the agent failed but what is on our side: this library, or a listener of the app.</summary>
    public bool IsUnexpected { get; init; }

    /// <summary>The pause the agent asks for, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
