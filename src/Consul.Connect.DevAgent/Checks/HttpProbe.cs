using System.Net;
using System.Net.Sockets;
using System.Text;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>Sends a request and judges the status of the answer.</summary>
internal static class HttpProbe
{
    private const int MostOutput = 4096;

    public static async Task<(string Status, string Output)> AskAsync(CheckDefinition check, CancellationToken cancel)
    {
        var method = check.Method == "" ? "GET" : check.Method;
        try
        {
            // A redirect may lead beyond this machine, so that it is judged as an answer.
            using var handler = new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false };
            if (check.SkipsTlsVerification)
                handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
            using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
            using var request = CreateRequest(check, method);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            var body = await ReadAsync(response, cancel);
            return (Judge(response.StatusCode), $"HTTP {method} {check.Http}: {(int)response.StatusCode} {response.ReasonPhrase} Output: {body}");
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException refused)
        {
            return (CheckStatus.Critical, $"{Name(method)} \"{check.Http}\": {TcpProbe.Describe(new Uri(check.Http).Authority, refused)}");
        }
        catch (OperationCanceledException)
        {
            return (CheckStatus.Critical, $"{Name(method)} \"{check.Http}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException or UriFormatException)
        {
            return (CheckStatus.Critical, $"{Name(method)} \"{check.Http}\": {e.Message}");
        }
    }

    private static string Judge(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => CheckStatus.Passing,
        HttpStatusCode.TooManyRequests => CheckStatus.Warning,
        _ => CheckStatus.Critical,
    };

    // As in Go's errors: Get, Post.
    private static string Name(string method) => method[..1] + method[1..].ToLowerInvariant();

    private static HttpRequestMessage CreateRequest(CheckDefinition check, string method)
    {
        var request = new HttpRequestMessage(new(method), check.Http);
        if (check.Body != "")
            request.Content = new StringContent(check.Body);
        request.Headers.TryAddWithoutValidation("User-Agent", "Consul Health Check");
        request.Headers.TryAddWithoutValidation("Accept", "text/plain, text/*, */*");
        foreach (var (name, value) in check.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var buffer = new byte[MostOutput];
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var read = await stream.ReadAtLeastAsync(buffer, MostOutput, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
