using System.Net;
using System.Text;

namespace ConsulConnect.Agent;

internal delegate T AnswerReader<out T>(ReadOnlySpan<byte> body);

/// <summary>Sends calls with the credentials of the moment, bounds them, and sorts what fails.</summary>
internal sealed class AgentChannel(AgentAddress address, ConsulConnectOptions options, TimeProvider time, AgentSecrets credentials)
{
    private const int ErrorCap = 4096;

    private readonly Uri _base = address.BaseUri;

    private readonly string? _login = options.Origins.BasicAuth;

    private readonly string? _loginSent = options.Origins.BasicAuth is { } auth ? Convert.ToBase64String(Encoding.UTF8.GetBytes(auth)) : null;

    /// <summary>A call whose answer the agent gives by itself or from its cache.</summary>
    public Task<AgentAnswer<T>> AskAsync<T>(AgentCall call, AnswerReader<T> read, CancellationToken cancellationToken) =>
        AskAsync(call, body => read(body.Span), fromServers: false, cancellationToken);

    public Task<AgentAnswer<T>> AskAsync<T>(AgentCall call, Func<ReadOnlyMemory<byte>, T> read, bool fromServers, CancellationToken cancellationToken) =>
        SendAsync(
            call,
            async (response, cancellation) =>
            {
                using var body = await AgentBody.ReadAsync(response.Content, AgentBody.Cap, cut: false, cancellation);
                return Answer(response, read(body.Memory), body.Fingerprint, fromServers);
            },
            cancellationToken);

    /// <summary>A call whose answer is a list of which only the headers and a hash are used.</summary>
    public Task<AgentAnswer<T>> AskForListAsync<T>(AgentCall call, T value, CancellationToken cancellationToken) =>
        SendAsync(
            call,
            async (response, cancellation) => Answer(response, value, await AgentBody.HashListAsync(response.Content, cancellation), fromServers: true),
            cancellationToken);

    /// <summary>A call whose answer may be large: it is read piece by piece, and what is made of it says what it was.</summary>
    public Task<AgentAnswer<T>> AskInPiecesAsync<T>(AgentCall call, Func<HttpResponseMessage, CancellationToken, Task<(T Value, string Fingerprint)>> read, CancellationToken cancellationToken) =>
        SendAsync(
            call,
            async (response, cancellation) =>
            {
                var (value, fingerprint) = await read(response, cancellation);
                return Answer(response, value, fingerprint, fromServers: true);
            },
            cancellationToken);

    /// <summary>A call that changes something and answers nothing.</summary>
    public Task TellAsync(AgentCall call, CancellationToken cancellationToken) =>
        SendAsync(call, static (_, _) => Task.FromResult(true), cancellationToken);

    private static AgentAnswer<T> Answer<T>(HttpResponseMessage response, T value, string fingerprint, bool fromServers) =>
        new(value, AgentHeaders.Index(response.Headers), AgentHeaders.ContentHash(response.Headers), AgentHeaders.Age(response.Headers, fromServers), fingerprint);

    private async Task<T> SendAsync<T>(AgentCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOnceAsync(call, read, cancellationToken);
        }
        catch (AgentException denied) when (denied.Fault == AgentFault.Denied)
        {
            if (!credentials.RereadToken())
                throw;
        }

        return await SendOnceAsync(call, read, cancellationToken);
    }

    private async Task<T> SendOnceAsync<T>(AgentCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var token = credentials.Token;
        var connections = credentials.Enter();
        using var patience = new CancellationTokenSource(call.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var started = time.GetTimestamp();
        try
        {
            using var request = Request(call, token);
            using var response = await connections.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw AgentErrors.Refused(call, response.StatusCode, await ErrorAsync(response, token, either.Token), RetryAfter(response));
            return await read(response, either.Token);
        }
        catch (Exception broken) when (!cancellationToken.IsCancellationRequested)
        {
            throw AgentErrors.Broken(call, broken, time.GetElapsedTime(started));
        }
        catch (Exception cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancellationToken);
        }
        finally
        {
            connections.Leave();
        }
    }

    private HttpRequestMessage Request(AgentCall call, string? token)
    {
        var request = call.ToRequest(_base);
        if (address.UsesTls)
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
        if (address.UsesTls && options.Tls.ServerName is { Length: > 0 } name)
            request.Headers.Host = name; // Also the name asked for in TLS and expected in the certificate.
        if (token is not null)
            request.Headers.TryAddWithoutValidation("X-Consul-Token", token);
        if (_loginSent is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Basic " + _loginSent);
        return request;
    }

    /// <summary>The agent's words, without what we sent in secret and somebody on the way may echo.</summary>
    private async Task<string> ErrorAsync(HttpResponseMessage response, string? token, CancellationToken cancellationToken)
    {
        using var body = await AgentBody.ReadAsync(response.Content, ErrorCap, cut: true, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is "text/html")
            return "(an HTML page)";
        var text = Encoding.UTF8.GetString(body.Span);
        return Without(Without(Without(text, token, "(token)"), _loginSent, "(login)"), _login, "(login)");
    }

    private static string Without(string text, string? secret, string instead) =>
        string.IsNullOrEmpty(secret) ? text : text.Replace(secret, instead, StringComparison.OrdinalIgnoreCase);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
