using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>One connection of one caller; a request fails when it is gone.</summary>
internal sealed class KeptConnection : IDisposable
{
    private readonly HttpClient _http;
    private int _opened;

    private KeptConnection(MeshCaller caller, int port) => _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) => Interlocked.Increment(ref _opened) == 1
            ? await caller.OpenTlsAsync(port, cancellationToken)
            : throw new InvalidOperationException("The connection was not kept."),
    })
    {
        BaseAddress = new("http://mesh"),
    };

    public static async Task<KeptConnection> OpenAsync(MeshCaller caller, int port)
    {
        var kept = new KeptConnection(caller, port);
        await kept.AskAsync();
        return kept;
    }

    public Task<string> AskAsync() => _http.GetStringAsync("/whoami");

    public void Dispose() => _http.Dispose();
}
