using System.Globalization;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>The connections of this machine to one port of loopback, as the system counts them; those that were there before are left out.</summary>
internal sealed class AgentSockets
{
    private const string Established = "01";

    private readonly string _remote;
    private readonly HashSet<string> _before;

    public AgentSockets(int port)
    {
        _remote = string.Create(CultureInfo.InvariantCulture, $"0100007F:{port:X4}");
        _before = [.. Open()];
    }

    /// <summary>The most that were seen at once.</summary>
    public int Peak { get; private set; }

    /// <summary>How many there are now.</summary>
    public int Count()
    {
        var now = Open().Count(local => !_before.Contains(local));
        Peak = Math.Max(Peak, now);
        return now;
    }

    // Local address, remote address and state are the second, third and fourth column. A socket of IPv6 to an IPv4 address is in the other table.
    private IEnumerable<string> Open() =>
        from line in File.ReadLines("/proc/net/tcp").Skip(1).Concat(File.ReadLines("/proc/net/tcp6").Skip(1))
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[2].EndsWith(_remote, StringComparison.Ordinal) && columns[3] == Established
        select columns[1];
}
