namespace ConsulConnect.DevAgent.Queries;

/// <summary>A stored way to find a service.</summary>
internal sealed record PreparedQuery
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string Session { get; init; } = "";

    public string Token { get; init; } = "";

    public QueryTemplate Template { get; init; } = new("", "", false);

    public required QueryService Service { get; init; }

    public string DnsTtl { get; init; } = "";

    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }

    public bool IsTemplate => Template.Type != "";
}
