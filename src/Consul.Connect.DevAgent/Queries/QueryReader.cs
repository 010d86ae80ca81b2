using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Queries;

/// <summary>Reads the body of a prepared query, and refuses what Consul refuses.</summary>
internal static class QueryReader
{
    public static PreparedQuery Read(BodyReader body)
    {
        var query = new PreparedQuery
        {
            Id = body.String("ID"),
            Name = body.String("Name"),
            Session = body.String("Session"),
            Token = body.String("Token"),
            Template = ReadTemplate(body.Object("Template")),
            Service = ReadService(body.Object("Service")),
            DnsTtl = ReadDns(body.Object("DNS")),
        };
        body.Ignore("CreateIndex", "ModifyIndex");
        body.End();
        return query;
    }

    /// <exception cref="AgentException">It cannot be stored.</exception>
    public static void Check(PreparedQuery query)
    {
        if (query is { Name: "", Session: "", IsTemplate: false })
            throw Invalid("Must be bound to a session");
        if (query.Session != "")
            throw AgentException.Internal(query.Session.Length == 36 ? $"invalid session: {query.Session}" : "invalid session: index error: UUID must be 36 characters");
        if (query.Service.Service == "")
            throw Invalid("Must provide a Service name to query");
        if (query.Service.NearestN < 0)
            throw Invalid($"Bad NearestN '{query.Service.NearestN}', must be >= 0");
        if (query.DnsTtl != "" && !GoDuration.TryParse(query.DnsTtl, out _))
            throw Invalid($"Bad DNS TTL '{query.DnsTtl}': time: {GoDuration.FaultOf(query.DnsTtl)} \"{query.DnsTtl}\"");
        if (query.DnsTtl.StartsWith('-'))
            throw Invalid($"DNS TTL '{query.DnsTtl}', must be >=0");
        if (query.Template.Type is not ("" or "name_prefix_match"))
            throw AgentException.Internal($"failed compiling template: Bad Template.Type '{query.Template.Type}'");
    }

    private static AgentException Invalid(string fault) => AgentException.Internal($"Invalid prepared query: {fault}");

    private static QueryTemplate ReadTemplate(BodyReader? body)
    {
        if (body is null)
            return new("", "", false);
        var template = new QueryTemplate(body.String("Type"), body.String("Regexp"), body.Bool("RemoveEmptyTags"));
        body.End();
        return template;
    }

    private static string ReadDns(BodyReader? body)
    {
        var ttl = body?.String("TTL") ?? "";
        body?.End();
        return ttl;
    }

    private static QueryService ReadService(BodyReader? body)
    {
        if (body is null)
            return new();
        var failover = body.Object("Failover");
        var service = new QueryService
        {
            Service = body.String("Service"),
            NearestN = failover?.Int("NearestN") ?? 0,
            Datacenters = failover?.Strings("Datacenters"),
            IsPassingOnly = body.Bool("OnlyPassing"),
            IgnoredChecks = body.Strings("IgnoreCheckIDs"),
            Near = body.String("Near"),
            Tags = body.Strings("Tags"),
            NodeMeta = body.StringMap("NodeMeta"),
            ServiceMeta = body.StringMap("ServiceMeta"),
            IsConnect = body.Bool("Connect"),
        };
        failover?.Ignore("Targets");
        failover?.End();
        body.Ignore("SamenessGroup", "Peer", "Namespace", "Partition");
        body.End();
        return service;
    }
}
