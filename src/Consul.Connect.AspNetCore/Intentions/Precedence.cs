namespace ConsulConnect.Intentions;

/// <summary>Consul's precedence table: 9 for exact to exact down to 1 for anything to anything; the destination weighs more.</summary>
internal static class Precedence
{
    public const string Wildcard = "*";

    public static int Of(string sourceNamespace, string sourceName, string destinationNamespace, string destinationName) =>
        (3 * Exactness(destinationNamespace, destinationName)) + Exactness(sourceNamespace, sourceName) + 1;

    private static int Exactness(string @namespace, string name) =>
        @namespace == Wildcard ? 0 : name == Wildcard ? 1 : 2;
}
