using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using ConsulConnect.Agent;
using ConsulConnect.Certificates;
using ConsulConnect.Client;
using ConsulConnect.Configuration;
using ConsulConnect.Discovery;
using ConsulConnect.Intentions;
using ConsulConnect.Registration;
using ConsulConnect.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect;

/// <summary>
/// One identity in the mesh, as <c>connect.Service</c> is in Consul's Go library: its certificate, its authorization and the
/// loops that keep both fresh. From the container after <c>UseConsulConnect()</c> or <c>AddConsulConnect()</c>, or without a
/// host from <see cref="StartAsync(Action{ConsulConnectOptions}, ILoggerFactory?, CancellationToken)"/>.
/// </summary>
public sealed partial class ConnectService : IAsyncDisposable
{
    private readonly AgentClient? _client;
    private readonly TimeProvider _time;
    private readonly ConnectMetrics _metrics;
    private readonly MeshEntry _entry;
    private readonly TokenFollower? _token;
    private readonly Lock _disposing = new();
    private Task? _disposed;
    private bool _isServed;

    // Never disposed: a wait may begin after the end, and without a timer it holds nothing.
    private readonly CancellationTokenSource _stopping = new();

    internal ConnectService(ReadResult configuration, TimeProvider time, ILoggerFactory loggers, IMeterFactory? meters, IConnectResolver? resolver = null, IReadiness? readiness = null)
    {
        configuration.ThrowIfInvalid();
        (Configuration, Options) = (configuration, configuration.Options);
        Name = Options.ServiceName ?? "";
        _time = time;
        _metrics = new(Name, meters);
        if (Options.Connect.Authorization.Mode == ConnectAuthorizationMode.Audit)
            _metrics.IsAudit();
        var logger = loggers.CreateLogger("ConsulConnect");

        if (Options.Connect.Certificates is null || Options.Address is not null)
        {
            _client = new(Options, time, logger);
            Link = new(_client, time, Options.WaitTime, logger, _metrics) { AddressOrigin = Options.Origins.Address };
            _token = Options.Token is null && Options.TokenFile is null ? null : new(Link);
        }

        Credentials = Options.Connect.Certificates is { } files
            ? new FileCredentials(files, Name, time, logger, _metrics)
            : new AgentCredentials(Link!, Name, Options.Namespace, Options.Partition);
        Authorizer = new LeafBoundAuthorizer(Authorize(Options.Connect.Authorization), Credentials, Name, time);
        Upstreams = resolver is null ? new Upstreams(Link, Options, Self, time) : new ResolvedUpstreams(resolver, Options, Self);
        Refusals = new(Name, _metrics, time, logger);
        Handshake = new(Credentials, Refusals, time);
        Decision = new(Authorizer, Refusals, Options.Connect.HandshakeTimeout, time);
        Requests = new(Authorizer, new(Name, _metrics, time, logger), Options.Connect);
        Connections = new(Name, Authorizer, Credentials, Options.Connect.Authorization, _metrics, time, logger);
        Registrar = Link is not null && Options.Service is not null && Options.Registration.Enabled ? new(Link, Options, readiness ?? new AlwaysReady()) : null;
        Resolver = resolver ?? new UpstreamResolver(Upstreams);
        Outbound = Call(Options.Connect.HandshakeTimeout, logger);
        _entry = new(this, time, logger);
    }

    /// <summary>The service this app is in the mesh.</summary>
    public string Name { get; }

    /// <summary>Whether there is a valid certificate and a decision can be made for a caller. Does not block.</summary>
    public bool IsReady => Credentials.Current is { } current && current.NotAfter > _time.GetUtcNow() && Authorizer.IsReady;

    /// <summary>Turns a target into its instances: the one the app registered, or the default one, which follows the agent.</summary>
    public IConnectResolver Resolver { get; }

    /// <summary>
    /// For a <c>SocketsHttpHandler</c> of the app's own, with <c>UseProxy = false</c>: dials whom the <c>https</c> address of the
    /// request names, as an <see cref="HttpClient"/> with <c>AddConsulConnect()</c> would, and returns the connection with its TLS.
    /// Instances are picked per connection, not per request; prefer <see cref="CreateHandler"/>.
    /// </summary>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> ConnectCallback => Outbound.ConnectAsync;

    internal ConsulConnectOptions Options { get; }

    /// <summary>How the options were read.</summary>
    internal ReadResult Configuration { get; }

    internal Outbound Outbound { get; }

    /// <summary>Null when the identity comes from files and no agent is named.</summary>
    internal AgentLink? Link { get; }

    internal ICredentialsSource Credentials { get; }

    internal IAuthorizer Authorizer { get; }

    internal IUpstreams Upstreams { get; }

    internal RefusalReport Refusals { get; }

    internal ServerHandshake Handshake { get; }

    internal ConnectionDecision Decision { get; }

    internal RequestEnforcement Requests { get; }

    internal ConnectionRegistry Connections { get; }

    internal ServiceRegistrar? Registrar { get; }

    /// <summary>Null while it is not known.</summary>
    internal TokenLife? TokenLife => _token?.Life;

    /// <summary>Whether the loops run; a host that does not start them cannot serve the mesh.</summary>
    internal bool IsStarted { get; private set; }

    /// <summary>
    /// Starts an identity without a host. Returns at once; the agent need not be there yet. Consul's environment variables
    /// apply where <paramref name="configure"/> sets nothing.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid; all faults are named.</exception>
    public static Task<ConnectService> StartAsync(Action<ConsulConnectOptions> configure, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return StartAsync(null, configure, loggers, cancellationToken);
    }

    /// <summary>Starts an identity without a host from the <c>Consul</c> section of a configuration.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid; all faults are named.</exception>
    public static Task<ConnectService> StartAsync(IConfiguration configuration, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return StartAsync(configuration, null, loggers, cancellationToken);
    }

    /// <summary>Waits for the first certificate and the first authorization data.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled or the service disposed first; the message says what is missing and why.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            await Credentials.WaitAsync(either.Token);
            await Authorizer.WaitReadyAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException($"\"{Name}\" is not ready: {Missing()}.", cancellationToken);
        }
    }

    /// <summary>
    /// Serves one mesh caller over a stream of the app's own: TLS, verification of the caller, authorization. Callers whose
    /// intention decides per request are refused, since a stream has no requests.
    /// </summary>
    /// <exception cref="AuthenticationException">The handshake failed, the caller proved no identity, or there is no certificate.</exception>
    /// <exception cref="ConnectDeniedException">The caller may not connect to this service.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the handshake took longer than <see cref="ConnectOptions.HandshakeTimeout"/>.</exception>
    public async Task<ConnectConnection> AuthenticateAsServerAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var timeout = new CancellationTokenSource(Options.Connect.HandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var mesh = new MeshConnection { Generation = Connections.Generation };
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsServerAsync((_, _, _, token) => Handshake.PrepareAsync(mesh, raw: true, SslProtocols.None, token), state: null, either.Token);
            var caller = mesh.Verified ?? throw new AuthenticationException("The caller proved no identity.");
            var decision = await Decision.DecideAsync(caller, ConnectionKind.Raw, cancellationToken);
            if (!decision.Allowed)
                throw new ConnectDeniedException(decision.Explanation);
            // The app may end the stream without a word to us.
            return new(tls, caller, Connections.Enter(mesh, ConnectionKind.Raw, mesh.Generation, requestClose: null, tls.Dispose, () => !tls.CanRead));
        }
        catch (Exception e)
        {
            if (mesh is { HelloSeen: true, Verified: null })
                Refusals.HandshakeFailed(mesh);
            await tls.DisposeAsync();
            // What .NET throws for some server names that a caller may send.
            if (e is ArgumentException && mesh.Verified is null)
                throw new AuthenticationException("The TLS library cannot take what the caller sent.", e);
            throw;
        }
    }

    /// <summary>
    /// Opens a stream to a service, a prepared query or a static address: TCP, TLS, and the other end's exact identity, verified
    /// before it is returned. For any protocol; none is negotiated. Another instance is tried when one cannot be dialed. The other
    /// end may refuse this service after that: with TLS 1.3 the first read then throws an <see cref="IOException"/> with a
    /// <see cref="ConnectDeniedException"/> inside, or finds the end of the stream.
    /// </summary>
    /// <exception cref="ConnectDialException">No instance could be reached and verified, or this service has no certificate.</exception>
    /// <exception cref="ConnectDeniedException">The other end refused this service in the handshake.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is left open.</exception>
    public Task<ConnectConnection> DialAsync(ConnectTarget target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Outbound.DialAsync(target, cancellationToken);
    }

    /// <summary>
    /// A handler for an <see cref="HttpClient"/>, a gRPC channel or a <c>ClientWebSocket</c> of the app's own that calls
    /// <c>https://payments.service.consul</c> and its kind. All share this service's connections; disposing one closes none.
    /// </summary>
    public HttpMessageHandler CreateHandler() => new MeshHandler(Outbound);

    /// <summary>
    /// Stops the loops and awaits them; deregisters what it registered, and closes the streams of callers, which nobody could revoke any
    /// more, and those that <see cref="DialAsync"/> has opened. HTTP requests of the app's that are under way end in peace; new ones throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_disposing)
            return new(_disposed ??= StopAsync());
    }

    private static async Task<ConnectService> StartAsync(IConfiguration? configuration, Action<ConsulConnectOptions>? configure, ILoggerFactory? loggers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = ConnectConfiguration.Read(configuration, Environment.GetEnvironmentVariable, configure);
        loggers ??= NullLoggerFactory.Instance;
        var service = new ConnectService(read, TimeProvider.System, loggers, meters: null);
        ReadResult.Report([read], loggers.CreateLogger("ConsulConnect"));
        try
        {
            service.Start();
            // Nobody but the definition can say where the app takes streams.
            service.EnterMesh("streams of the app", service.Options.Service is { Port: > 0 and var port } ? () => new(IPAddress.Any, port) : null);
            return service;
        }
        catch
        {
            // Nobody else has it to stop it.
            await service.DisposeAsync();
            throw;
        }
    }

    private IAuthorizer Authorize(ConnectAuthorizationOptions options) => Link switch
    {
        null => new ConfiguredPolicy(Name, options.DefaultPolicy),
        _ when options.Provider == ConnectAuthorizationProvider.Agent => new AgentAuthorizer(Link, Name, options, Self),
        _ => new CachedIntentions(Link, Name, options, Self, RequestReading.Of(Options.Connect.RequestNormalization)),
    };

    private Outbound Call(TimeSpan patience, ILogger logger)
    {
        var own = new OwnCredentials(Name, Credentials, patience, _time);
        var dialer = new Dialer(Name, own, patience, _time, _metrics);
        return new(new(Name, Upstreams, Options.Connect.Upstreams, Credentials, own, dialer, patience, _time, logger));
    }

    private string Missing() => Credentials.Current switch
    {
        null => $"no certificate ({Credentials.LastError ?? "no answer yet"})",
        { } ended when ended.NotAfter <= _time.GetUtcNow() => $"the leaf ended at {ended.NotAfter.UtcDateTime:u} ({Credentials.LastError ?? "no new one yet"})",
        _ => $"no authorization data ({Authorizer.LastError ?? "no answer yet"})",
    };

    private ConnectPeer? Self() => Credentials.Current?.Self;
}
