namespace ConsulConnect.TestKit;

/// <summary>The types of HTTP/2 frames that this kit reads or writes.</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>Their flags; a bit has its meaning by the type.</summary>
internal static class Http2Flags
{
    public const byte None = 0;
    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;
}
