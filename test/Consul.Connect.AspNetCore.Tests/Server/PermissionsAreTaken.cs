using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Tests.Server;

/// <summary>The caller may still call, but not for everything that it has under way.</summary>
public sealed class PermissionsAreTaken : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly TurnedAuthorizer _authorizer = new();
    private readonly ConnectAuthorizationOptions _options = new();
    private readonly Registering _open;

    public PermissionsAreTaken() => _open = new(new FakeTime(DateTimeOffset.UtcNow), _authorizer, _options);

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    [Theory]
    [InlineData(nameof(DecisionReason.Permissions))]
    [InlineData(nameof(DecisionReason.AmbiguousTarget))]
    public async Task It_alone_is_aborted_by_the_grace(string reason)
    {
        var web = _open.Open("web");
        var (lost, kept) = (Begin(web, "/admin"), Begin(web, "/orders"));
        await _open.LooksAsync();
        Deny("/admin", Enum.Parse<DecisionReason>(reason));
        await _open.LooksAsync();

        _open.Time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        await _open.LooksAsync();
        Assert.False(lost.Aborted.IsCompleted);

        _open.Time.Advance(TimeSpan.FromMilliseconds(1));
        await _open.LooksAsync();
        await lost.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(kept.Aborted.IsCompleted);
        Assert.Null(web.Mesh.Refused);
        Assert.False(web.CloseRequested.Task.IsCompleted);
    }

    [Fact]
    public async Task One_that_gets_it_back_meanwhile_goes_on()
    {
        var web = _open.Open("web");
        var request = Begin(web, "/admin");
        Deny("/admin");
        await _open.LooksAsync();
        _authorizer.Requests = _ => TurnedAuthorizer.Yes;
        _authorizer.Turn();
        await _open.LooksAsync();

        _open.Time.Advance(Grace * 2);
        await _open.LooksAsync();

        Assert.False(request.Aborted.IsCompleted);
    }

    [Fact]
    public async Task The_one_that_follows_it_on_its_connection_is_not_hit()
    {
        var web = _open.Open("web");
        var before = Begin(web, "/admin");
        Deny("/admin");
        await _open.LooksAsync();
        web.Mesh.End(before.Wire);
        var after = Begin(web, "/orders");
        Assert.Same(before.Wire, after.Wire);

        _open.Time.Advance(Grace * 2);
        await _open.LooksAsync();

        Assert.False(after.Aborted.IsCompleted);
    }

    [Fact]
    public async Task While_permissions_are_only_watched_nothing_is_aborted()
    {
        _options.Mode = ConnectAuthorizationMode.Audit;
        var web = _open.Open("web");
        var request = Begin(web, "/admin");
        Deny("/admin");
        await _open.LooksAsync();

        _open.Time.Advance(Grace * 2);
        await _open.LooksAsync();

        Assert.False(request.Aborted.IsCompleted);
    }

    [Fact]
    public async Task One_that_cannot_be_aborted_keeps_no_other_from_being()
    {
        var web = _open.Open("web");
        Begin(web, "/admin", () => throw new InvalidOperationException("The app's own feature."));
        var other = Begin(web, "/admin");
        Deny("/admin");
        await _open.LooksAsync();

        _open.Time.Advance(Grace);
        await _open.LooksAsync();
        await _open.LooksAsync();

        await other.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Judging_them_holds_up_the_end_of_no_connection()
    {
        var (web, billing) = (_open.Open("web"), _open.Open("billing"));
        Begin(web, "/orders");
        await _open.LooksAsync();
        var closedMeanwhile = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _authorizer.Connections = (caller, _) => caller.Service == "billing" ? TurnedAuthorizer.No : TurnedAuthorizer.Yes;
        _authorizer.Requests = _ =>
        {
            closedMeanwhile.TrySetResult(billing.CloseRequested.Task.Wait(TimeSpan.FromSeconds(5)));
            return TurnedAuthorizer.Yes;
        };
        _authorizer.Turn();

        Assert.True(await closedMeanwhile.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Permissions_left_to_endpoints_end_what_no_such_endpoint_serves(bool annotated)
    {
        _options.Scope = ConnectAuthorizationScope.AnnotatedEndpoints;
        var web = _open.Open("web");
        var request = Begin(web, "/stream");
        request.Wire.Pending = new(TurnedAuthorizer.Yes) { Taken = annotated };
        await _open.LooksAsync();
        _authorizer.Requests = _ => TurnedAuthorizer.Yes with { IsPerRequest = true };
        _authorizer.Turn();
        await _open.LooksAsync();

        _open.Time.Advance(Grace);
        await _open.LooksAsync();

        Assert.Equal(!annotated, request.Aborted.IsCompleted);
    }

    private void Deny(string target, DecisionReason reason = DecisionReason.Permissions)
    {
        _authorizer.Requests = view => view.Target == target ? new(false, reason, "no") { IsPerRequest = true } : TurnedAuthorizer.Yes;
        _authorizer.Turn();
    }

    private static (WireRequest Wire, Task Aborted) Begin(Registering.Opened connection, string target, Action? abort = null)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(abort ?? (() => aborted.TrySetResult())));
        var request = connection.Mesh.Begin(context);
        request.Decision = new(true, DecisionReason.Intention, "yes") { IsPerRequest = true };
        return (request, aborted.Task);
    }

    private sealed class Lifetime(Action abort) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort() => abort();
    }
}
