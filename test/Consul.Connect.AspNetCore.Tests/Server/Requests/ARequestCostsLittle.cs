using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit.Abstractions;

namespace ConsulConnect.Tests.Server;

public sealed class ARequestCostsLittle(ITestOutputHelper output)
{
    private const int Requests = 2_000;

    [Fact]
    public void Deciding_and_ending_allocate_nothing_and_capturing_only_what_reading_the_fields_takes()
    {
        var context = Context();
        var connection = new MeshConnection();
        connection.Verify(ConnectPeer.Create("web"));
        var authorizer = new StatedDecisions(Decide);
        var (reading, deciding) = (0L, 0L);
        for (var i = -Requests; i < Requests; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var request = connection.Begin(context);
            var between = GC.GetAllocatedBytesForCurrentThread();
            connection.Decide(request, authorizer);
            connection.End(request);
            if (i < 0)
                continue;
            reading += between - before;
            deciding += GC.GetAllocatedBytesForCurrentThread() - between;
        }

        output.WriteLine($"Bytes a request: {reading / Requests} to capture, {deciding / Requests} to decide and end.");
        Assert.Equal(0, deciding / Requests);
        Assert.InRange(reading / Requests, 0, FieldsAlone(context));
    }

    private static readonly IntentionSet Set = new(IntentionAnswers.Match("""
        {"orders":[{"SourceName":"web","SourceNS":"default","DestinationName":"orders","DestinationNS":"default","SourceType":"consul","Precedence":9,"Permissions":[
          {"Action":"deny","HTTP":{"PathExact":"/admin"}},{"Action":"allow","HTTP":{"PathPrefix":"/orders/","Methods":["GET"],"Header":[{"Name":"x-role","Exact":"user"}]}}]}]}
        """u8.ToArray(), "orders"), "orders");

    private static readonly DefaultPolicyAnswer Deny = new(false, "orders", "as configured");

    private static readonly ConnectPeer Web = ConnectPeer.Create("web");

    private static IntentionDecision Decide(RequestView view) => Set.Decide(Web, view, Deny) is { Allowed: true } allowed ? allowed : throw new InvalidOperationException();

    // What one walk over the fields costs, as every reader of them pays.
    private static long FieldsAlone(HttpContext context)
    {
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> headers = context.Request.Headers;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            foreach (var _ in headers)
            {
            }
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
    }

    private static DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = "/orders/1";
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/orders/1?x=1";
        context.Request.Headers.Host = "orders";
        foreach (var name in new[] { "accept", "user-agent", "x-role", "traceparent" })
            context.Request.Headers[name] = "user";
        return context;
    }
}
