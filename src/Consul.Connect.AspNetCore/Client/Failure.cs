using System.Net;

namespace ConsulConnect.Client;

/// <summary>What a failed attempt says about the instance and about sending the request again.</summary>
internal enum Failure
{
    /// <summary>Nobody's fault but the request's or this service's own: sent again it fails again.</summary>
    Final,

    /// <summary>The instance said no to this service. It is well.</summary>
    Refused,

    /// <summary>The dial failed: nothing was sent.</summary>
    Unsent,

    /// <summary>It may have been sent, and even carried out.</summary>
    Broken,
}

internal static class Failures
{
    /// <param name="error">What an attempt ended with.</param>
    /// <param name="body">The request's, where code of the app's writes it: what that code throws may be a failure of another call.</param>
    public static Failure Of(Exception error, SentBody? body)
    {
        if (body is { IsFaulty: true })
            return Failure.Final;
        var failure = Of(error);
        // Whoever asks for a body has a connection to send it on.
        return failure is Failure.Unsent && body is { HasBegun: true } ? Failure.Broken : failure;
    }

    public static Failure Of(Exception error)
    {
        if (Find<ConnectDeniedException>(error) is not null)
            return Failure.Refused;
        if (Find<ConnectDialException>(error) is { } dial)
            return dial.Error is ConnectDialError.NotReady or ConnectDialError.NoInstances ? Failure.Final : Failure.Unsent;
        return error switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } => Failure.Unsent,
            HttpRequestException { HttpRequestError: HttpRequestError.ExtendedConnectNotSupported or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError } => Failure.Final,
            HttpRequestException or IOException => Failure.Broken,
            _ => Failure.Final,
        };
    }

    public static bool IsFailure(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>The error as HttpClient's users know it, with ours right inside.</summary>
    public static HttpRequestException? Surfaced(Exception error) => error switch
    {
        _ when Find<ConnectDeniedException>(error) is { } denied => new(HttpRequestError.ConnectionError, denied.Message, denied),
        _ when Find<ConnectDialException>(error) is { } dial => new(IsTls(dial) ? HttpRequestError.SecureConnectionError : HttpRequestError.ConnectionError, dial.Message, dial),
        _ => null,
    };

    public static T? Find<T>(Exception? error) where T : Exception
    {
        for (; error is not null; error = error.InnerException)
            if (error is T found)
                return found;
        return null;
    }

    private static bool IsTls(ConnectDialException dial) =>
        dial.Error is ConnectDialError.HandshakeFailed or ConnectDialError.NotVerified or ConnectDialError.WrongIdentity or ConnectDialError.WrongProtocol;
}
