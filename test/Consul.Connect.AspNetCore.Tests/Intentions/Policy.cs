using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Intentions and callers in one line each.</summary>
internal static class Policy
{
    public static Intention Allow(string source, string destination = "orders") => Intention(source, destination, "allow");

    public static Intention Deny(string source, string destination = "orders") => Intention(source, destination, "deny");

    /// <param name="source">A name, or <c>namespace/name</c>.</param>
    public static Intention Intention(string source, string destination, string action)
    {
        var (sourceNamespace, sourceName) = Split(source);
        var (destinationNamespace, destinationName) = Split(destination);
        return new("consul", "", sourceNamespace, sourceName, "", destinationNamespace, destinationName, action, [], RequiresJwt: false, Precedence: 0, Unknown: null);
    }

    public static ConnectPeer Caller(string service, string @namespace = "default", string partition = "default") =>
        new($"spiffe://test.consul{(partition == "default" ? "" : $"/ap/{partition}")}/ns/{@namespace}/dc/dc1/svc/{service}", "test.consul", partition, @namespace, "dc1", service, "0a:0b", DateTimeOffset.MaxValue);

    public static IntentionSet Set(params Intention[] intentions) => new(new IntentionMatch(intentions), "orders");

    public static bool? Allows(this IntentionSet set, string caller) => set.Decide(Caller(caller))?.Allowed;

    private static (string Namespace, string Name) Split(string text) =>
        text.Split('/') is [var space, var name] ? (space, name) : ("default", text);
}
