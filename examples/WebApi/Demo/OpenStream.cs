namespace WebApi.Demo;

/// <summary>A caller's connection with an answer on it that has no end.</summary>
internal sealed class OpenStream(HttpClient http, Stream answer) : IAsyncDisposable
{
    /// <summary>Completes when the first part of the answer has come.</summary>
    public static async Task<OpenStream> StartAsync(CallerPort caller, CancellationToken cancel)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var answer = await http.GetStreamAsync($"{caller.Url}/stream", cancel);
        await answer.ReadExactlyAsync(new byte[1], cancel);
        return new(http, answer);
    }

    /// <summary>Completes when somebody else ends it.</summary>
    public async Task<bool> EndsAsync(CancellationToken cancel)
    {
        try
        {
            await answer.CopyToAsync(Stream.Null, cancel);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Cut off, which is an end too.
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await answer.DisposeAsync();
        http.Dispose();
    }
}
