using System.Net;
using System.Runtime.ExceptionServices;
using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

// One request: an instance, its handler, and another instance where that is safe and helps.
internal sealed partial class UpstreamPool
{
    private const string ForwardedCertificate = "x-forwarded-client-cert";

    /// <exception cref="HttpRequestException">No instance has answered; <see cref="ConnectDialException"/> or <see cref="ConnectDeniedException"/> inside says why.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (version, policy, isBare) = (request.Version, request.VersionPolicy, request.Content is null);
        Prepare(request);
        var body = SentBody.Watch(request);
        Tries? tries = null;
        try
        {
            while (true)
            {
                if (!TryAcquire(request, tries, out var lease))
                    lease = await AcquireAsync(request, tries, cancellationToken);
                var refusal = lease.Handler.Refusal;
                body?.Renew();
                HttpResponseMessage response;
                try
                {
                    response = await lease.Handler.SendAsync(request, cancellationToken);
                }
                catch (Exception error)
                {
                    var failure = Ended(lease, error, refusal, body, cancellationToken);
                    if (cancellationToken.IsCancellationRequested)
                        throw;
                    if (MayRepeat(request, body, failure, tries = Tries.With(tries, lease.Instance)))
                        continue;
                    throw Surfaced(failure, body);
                }

                if (!Failures.IsFailure(response.StatusCode) || !MayRepeat(request, body, null, tries = Tries.With(tries, lease.Instance)))
                    return Leased(request, response, lease, body);
                response.Dispose();
                lease.End(LeaseOutcome.Failed);
            }
        }
        catch (ConnectDialException e) when (body is not { IsFaulty: true })
        {
            throw Failures.Surfaced(e)!;
        }
        finally
        {
            body?.Unwatch(request);
            (request.Version, request.VersionPolicy) = (version, policy);
            if (isBare && request.Content is not null)
                request.Content = null;
        }
    }

    /// <summary>Makes the request one that the mesh carries.</summary>
    private void Prepare(HttpRequestMessage request)
    {
        // Who called us is nobody's word to pass on: the next service sees our certificate.
        if (request.Headers.NonValidated is { Count: > 0 } headers && headers.Contains(ForwardedCertificate))
            request.Headers.Remove(ForwardedCertificate);
        // Exactly this, so that nothing a server says leads to a version whose connections are not ours.
        request.Version = SentRequest.Protocol(request, _upstream.Options.Protocol) is ConnectProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (request.Content is null && request.Version.Major == 1 && !SentRequest.IsIdempotent(request.Method))
            SendOnce(request);
    }

    // .NET's handler sends what has no content again by itself when an HTTP/1.1 connection ends without an answer, up to three times and
    // whatever the method; the instance may have carried it out before it died. With content, even an empty one, it does not, unless it
    // still waits to be told to go on.
    private static void SendOnce(HttpRequestMessage request)
    {
        request.Content = new ByteArrayContent([]);
        if (request.Headers.ExpectContinue is true)
            request.Headers.ExpectContinue = null;
    }

    /// <summary>An instance and its handler. False: something is not known yet that this takes; nearly always everything is.</summary>
    private bool TryAcquire(HttpRequestMessage request, Tries? tries, out Lease lease)
    {
        var now = _services.Time.GetUtcNow();
        Use();
        if (tries is null)
            _budget.Request(now);
        if (_services.Own.At(now) is { } credentials && _upstream.Now() is { } set)
        {
            lease = Acquire(request, tries, credentials, RosterOf(set), now);
            return true;
        }

        lease = default;
        return false;
    }

    private async Task<Lease> AcquireAsync(HttpRequestMessage request, Tries? tries, CancellationToken cancellationToken)
    {
        var credentials = await _services.Own.GetAsync(Target, cancellationToken);
        var roster = await RosterAsync(cancellationToken);
        return Acquire(request, tries, credentials, roster, _services.Time.GetUtcNow());
    }

    private Lease Acquire(HttpRequestMessage request, Tries? tries, MeshCredentials credentials, Roster roster, DateTimeOffset now)
    {
        var instance = Pick(roster, tries?.Instances) ?? tries?.Instances[^1] ?? throw NoInstances(roster);
        return instance.Acquire(request.Version.Major == 2 ? ConnectProtocol.Http2 : ConnectProtocol.Http1, credentials, now);
    }

    /// <summary>Ends the lease of an attempt that has failed.</summary>
    /// <returns>What it failed of: a refusal that came meanwhile explains a connection that broke.</returns>
    private static Exception Ended(Lease lease, Exception error, ConnectDeniedException? before, SentBody? body, CancellationToken cancellationToken)
    {
        var e = lease.Handler.Refusal is { } refusal && refusal != before && Failures.Of(error, body) is Failure.Broken ? refusal : error;
        var isGivenUp = cancellationToken.IsCancellationRequested || Failures.Of(e, body) is Failure.Final or Failure.Refused;
        lease.End(isGivenUp ? LeaseOutcome.Unknown : LeaseOutcome.Failed);
        return e;
    }

    /// <param name="error">Null: it answered that it cannot serve.</param>
    private bool MayRepeat(HttpRequestMessage request, SentBody? body, Exception? error, Tries tries)
    {
        var failure = error is null ? Failure.Broken : Failures.Of(error, body);
        var isAllowed = failure switch
        {
            Failure.Unsent => true,
            Failure.Refused => ++tries.Refusals == 1 && IsRepeatable(request, body),
            Failure.Broken => IsRepeatable(request, body),
            _ => false,
        };
        // A connection that broke may have been an old one; the other failures are the instance's.
        var mayBeSame = failure is Failure.Broken && error is not null;
        return isAllowed && tries.Instances.Count <= _upstream.Options.Retries && (mayBeSame || tries.HasOther(_roster)) && _budget.TryRetry();
    }

    private static bool IsRepeatable(HttpRequestMessage request, SentBody? body) => SentRequest.IsIdempotent(request.Method) && body is null or { CanRepeat: true };

    private HttpRequestException Surfaced(Exception error, SentBody? body)
    {
        // What is not ours to word goes on as it came, with the place where it was thrown.
        if (body is { IsFaulty: true } || Failures.Surfaced(error) is not { } surfaced)
        {
            ExceptionDispatchInfo.Throw(error);
            throw error;
        }

        if (surfaced.InnerException is ConnectDeniedException denied)
            Refused(denied);
        return surfaced;
    }

    private static HttpResponseMessage Leased(HttpRequestMessage request, HttpResponseMessage response, Lease lease, SentBody? body)
    {
        var isFailure = Failures.IsFailure(response.StatusCode);
        // As it came: whoever reads the body parses it.
        var hasLength = response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var length);
        var isEmpty = (hasLength && length.ToString() is "0") || request.Method == HttpMethod.Head || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        if (isEmpty && response.StatusCode != HttpStatusCode.SwitchingProtocols && request.Method != HttpMethod.Connect)
            lease.End(isFailure ? LeaseOutcome.Failed : LeaseOutcome.Answered);
        else
            response.Content = new LeasedContent(response.Content, isFailure ? lease : lease.Began(), isFailure, body);
        return response;
    }

    private sealed class Tries
    {
        public List<InstancePool> Instances { get; } = [];

        public int Refusals { get; set; }

        public static Tries With(Tries? before, InstancePool instance)
        {
            var tries = before ?? new();
            tries.Instances.Add(instance);
            return tries;
        }

        public bool HasOther(Roster roster) => Array.Exists(roster.Members, member => !Instances.Contains(member));
    }
}
