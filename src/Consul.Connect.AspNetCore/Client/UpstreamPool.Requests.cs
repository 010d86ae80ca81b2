using System.Net;
using System.Runtime.ExceptionServices;

namespace ConsulConnect.Client;

// One request: an instance, its handler, and another instance where that is safe and helps.
internal sealed partial class UpstreamPool
{
    private const string ForwardedCertificate = "x-forwarded-client-cert";

    /// <exception cref="HttpRequestException">No instance has answered; <see cref="ConnectDialException"/> or <see cref="ConnectDeniedException"/> inside says why.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (version, policy) = (request.Version, request.VersionPolicy);
        // Who called us is nobody's word to pass on: the next service sees our certificate.
        if (request.Headers.NonValidated.Contains(ForwardedCertificate))
            request.Headers.Remove(ForwardedCertificate);
        var now = _services.Time.GetTimestamp();
        Volatile.Write(ref _lastUsed, now);
        _budget.Request(now);
        var protocol = SentRequest.Protocol(request, _upstream.Options.Protocol);
        // Exactly this, so that nothing a server says leads to a version whose connections are not ours.
        request.Version = protocol is ConnectProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var body = SentBody.Watch(request);
        Tries? tries = null;
        try
        {
            while (true)
            {
                var credentials = await _services.Own.GetAsync(Target, cancellationToken);
                var roster = await RosterAsync(cancellationToken);
                var instance = Pick(roster, tries?.Instances) ?? tries?.Instances[^1] ?? throw NoInstances(roster);
                var lease = instance.Acquire(protocol, credentials);
                var refusal = lease.Handler.Refusal;
                HttpResponseMessage? response = null;
                Exception? failure = null;
                body?.Renew();
                try
                {
                    response = await lease.Handler.SendAsync(request, cancellationToken);
                }
                catch (Exception error)
                {
                    failure = Ended(lease, error, refusal, body, cancellationToken);
                    if (cancellationToken.IsCancellationRequested)
                        throw;
                }

                if (response is not null && !Failures.IsFailure(response.StatusCode))
                    return Leased(request, response, lease, body);
                tries ??= new();
                if (!MayRepeat(request, body, failure, roster, tries.With(instance), _upstream.Options.Retries))
                    return response is not null ? Leased(request, response, lease, body) : throw Surfaced(failure!, body);
                response?.Dispose();
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
        }
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
    private bool MayRepeat(HttpRequestMessage request, SentBody? body, Exception? error, Roster roster, Tries tries, int retries)
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
        return isAllowed && tries.Instances.Count <= retries && (mayBeSame || tries.HasOther(roster)) && _budget.TryRetry();
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
        lease.Body = body;
        if (Failures.IsFailure(response.StatusCode))
            lease.Blame();
        var isEmpty = request.Method == HttpMethod.Head || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified || response.Content.Headers.ContentLength == 0;
        if (isEmpty && response.StatusCode != HttpStatusCode.SwitchingProtocols && request.Method != HttpMethod.Connect)
            lease.End(LeaseOutcome.Answered);
        else
        {
            if (response.Content.Headers.ContentLength is null)
                lease.Began();
            response.Content = new LeasedContent(response.Content, lease);
        }

        return response;
    }

    private sealed class Tries
    {
        public List<InstancePool> Instances { get; } = [];

        public int Refusals { get; set; }

        public Tries With(InstancePool instance)
        {
            Instances.Add(instance);
            return this;
        }

        public bool HasOther(Roster roster) => Array.Exists(roster.Members, member => !Instances.Contains(member));
    }
}
