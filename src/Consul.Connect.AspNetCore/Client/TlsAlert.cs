using System.Net.Sockets;

namespace ConsulConnect.Client;

/// <summary>What the other end's TLS said when it ended the connection, as far as .NET lets it through.</summary>
internal static class TlsAlert
{
    // Alerts 42, 48 and 49, as OpenSSL words them, and SChannel's codes for them.
    private static readonly string[] _refusals = ["alert bad certificate", "alert unknown ca", "alert access denied"];
    private static readonly int[] _codes = [unchecked((int)0x80090327), unchecked((int)0x80090325), unchecked((int)0x80090349)];

    /// <summary>Whether the other end refused our certificate.</summary>
    public static bool IsRefusal(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            if (Array.Exists(_refusals, text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase)) || Array.IndexOf(_codes, error.HResult) >= 0)
                return true;
        return false;
    }

    /// <summary>Whether the other end just went away. Closing with unread bytes is a reset.</summary>
    public static bool IsClose(Exception? error)
    {
        if (error is HttpIOException or EndOfStreamException)
            return true;
        for (; error is not null; error = error.InnerException)
            if (error is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown })
                return true;
        return false;
    }
}
