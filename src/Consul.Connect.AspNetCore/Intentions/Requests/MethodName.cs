namespace ConsulConnect.Intentions;

/// <summary>A method as bits: the one it is, exactly, and the one it is when letters do not matter. Other methods have none.</summary>
internal readonly record struct MethodName(int Exact, int Loose)
{
    public const int Get = 1;
    public const int Head = 2;
    public const int Trace = 256;

    public static MethodName Of(string method)
    {
        var loose = Bit(method);
        return new(loose != 0 && Name(loose) == method ? loose : 0, loose);
    }

    private static int Bit(string method) => method.Length switch
    {
        3 => Is(method, "GET", Get) | Is(method, "PUT", 4),
        4 => Is(method, "POST", 8) | Is(method, "HEAD", Head),
        5 => Is(method, "PATCH", 16) | Is(method, "TRACE", Trace),
        6 => Is(method, "DELETE", 32),
        7 => Is(method, "OPTIONS", 64) | Is(method, "CONNECT", 128),
        _ => 0,
    };

    private static string Name(int bit) => bit switch
    {
        Get => "GET",
        Head => "HEAD",
        4 => "PUT",
        8 => "POST",
        16 => "PATCH",
        32 => "DELETE",
        64 => "OPTIONS",
        128 => "CONNECT",
        _ => "TRACE",
    };

    private static int Is(string method, string name, int bit) => method.Equals(name, StringComparison.OrdinalIgnoreCase) ? bit : 0;
}
