using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.Tests.Server;

/// <summary>An app whose requests are decided by the permissions of one intention, without an agent to say them.</summary>
internal static class RuledRequests
{
    /// <param name="permissions">The elements of <c>Permissions</c>, as JSON; the intention is web's.</param>
    public static Task<MeshApp> StartAsync(IdentityFiles identity, string permissions, bool allowsByDefault = false, Action<WebApplication>? map = null, RequestReading? reading = null, Action<WebApplicationBuilder>? configure = null)
    {
        var match = $$"""{"orders":[{"SourceName":"web","SourceNS":"default","DestinationName":"orders","DestinationNS":"default","SourceType":"consul","Precedence":9,"Permissions":[{{permissions}}]}]}""";
        var set = new IntentionSet(IntentionAnswers.Match(Encoding.UTF8.GetBytes(match), "orders"), "orders", reading ?? new());
        var byDefault = new DefaultPolicyAnswer(allowsByDefault, "orders", "as configured");
        var caller = ConnectPeer.Create("web");
        return StatedDecisions.StartAsync(identity, view => set.Decide(caller, view, byDefault), map, configure);
    }

    public static string Path(string action, string kind, string value) => $$$"""{"Action":"{{{action}}}","HTTP":{"{{{kind}}}":"{{{value}}}"}}""";

    public static string Methods(string action, params string[] methods) => $$$"""{"Action":"{{{action}}}","HTTP":{"PathPrefix":"/","Methods":[{{{string.Join(',', methods.Select(method => $"\"{method}\""))}}}]}}""";

    public static string Header(string action, string name, string kind, string value) => $$$"""{"Action":"{{{action}}}","HTTP":{"Header":[{"Name":"{{{name}}}","{{{kind}}}":"{{{value}}}"}]}}""";
}
