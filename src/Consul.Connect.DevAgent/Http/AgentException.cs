namespace ConsulConnect.DevAgent.Http;

/// <summary>Ends a call with an error as Consul writes them: a status and a plain text.</summary>
internal sealed class AgentException(int status, string text) : Exception(text)
{
    public int Status { get; } = status;

    /// <summary>Some of Consul's reads send their index headers even with an error; then the index is 1.</summary>
    public bool HasReadHeaders { get; init; }

    public static AgentException BadRequest(string text) => new(400, text);

    public static AgentException Internal(string text) => new(500, text);
}
