using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using HealthStatus = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;

namespace ConsulConnect.Tests.Registration;

public sealed class TheAppsHealth : IAsyncDisposable
{
    private readonly ServiceCollection _services = new();
    private ServiceProvider? _provider;

    public TheAppsHealth() => _services.AddOptions().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));

    private IHealthChecksBuilder Checks => _services.AddHealthChecks();

    private HealthReadiness Readiness
    {
        get
        {
            _provider ??= _services.BuildServiceProvider();
            return new(_provider.GetService<HealthCheckService>, () => [.. _provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Where(check => !ConsulConnectHealthChecksBuilderExtensions.IsMesh(check))]);
        }
    }

    private Task<ReadinessReport> ReportAsync() => Readiness.ReportAsync(CancellationToken.None);

    [Fact]
    public async Task Without_checks_is_that_it_runs()
    {
        Assert.Equal(new(CheckStatus.Passing, "The app runs; it has no health checks of its own."), await ReportAsync());
        _provider = null;
        _ = Checks;
        Assert.Equal(new(CheckStatus.Passing, "The app runs; it has no health checks of its own."), await ReportAsync());
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, CheckStatus.Passing)]
    [InlineData(HealthStatus.Degraded, CheckStatus.Warning)]
    [InlineData(HealthStatus.Unhealthy, CheckStatus.Critical)]
    internal async Task Is_as_bad_as_the_worst_of_its_checks(HealthStatus worst, CheckStatus expected)
    {
        Checks.AddCheck("a", () => HealthCheckResult.Healthy()).AddCheck("b", () => new(worst)).AddCheck("c", () => HealthCheckResult.Healthy());

        Assert.Equal(expected, (await ReportAsync()).Status);
    }

    [Fact]
    public async Task Is_told_in_a_line_for_each_check_with_the_worst_first()
    {
        Checks.AddCheck("self", () => HealthCheckResult.Healthy())
            .AddCheck("cache", () => HealthCheckResult.Degraded("slow\r\n  today"))
            .AddCheck("db", () => HealthCheckResult.Unhealthy("no connection", new TimeoutException("5 s are over")))
            .AddCheck("queue", () => throw new InvalidOperationException("no such queue"));

        Assert.Equal(
            "db: Unhealthy, no connection (TimeoutException: 5 s are over)\nqueue: Unhealthy, InvalidOperationException: no such queue\ncache: Degraded, slow today\nself: Healthy",
            (await ReportAsync()).Output);
    }

    [Fact]
    public async Task Is_that_of_the_checks_tagged_ready_where_there_are_any()
    {
        Checks.AddCheck("live", () => HealthCheckResult.Unhealthy()).AddCheck("db", () => HealthCheckResult.Healthy(), ["ready"]);

        Assert.Equal(new(CheckStatus.Passing, "db: Healthy"), await ReportAsync());
    }

    [Fact]
    public async Task Is_never_that_of_the_mesh()
    {
        Checks.AddConsulConnect("renamed", tags: ["ready"]).AddCheck("db", () => HealthCheckResult.Degraded());

        Assert.Equal(new(CheckStatus.Warning, "db: Degraded"), await ReportAsync());
    }

    [Fact]
    public async Task Names_the_check_that_hangs_and_does_not_start_it_twice()
    {
        var started = 0;
        var end = new TaskCompletionSource<HealthCheckResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var run = new SemaphoreSlim(0);
        Checks.AddAsyncCheck("queue", () =>
        {
            Interlocked.Increment(ref started);
            return end.Task;
        }).AddCheck("db", () =>
        {
            run.Release();
            return HealthCheckResult.Healthy();
        });
        var readiness = Readiness;
        for (var i = 0; i < 5; i++)
        {
            using var limit = new CancellationTokenSource();
            var report = readiness.ReportAsync(limit.Token);
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            await ConsulConnect.TestKit.Eventually.HoldsAsync("the queue is asked", () => Volatile.Read(ref started) > 0);
            await limit.CancelAsync();

            Assert.Contains("queue: Unhealthy, it hangs: it has not answered in the time there is", (await report).Output.Split('\n'));
            Assert.Equal(CheckStatus.Critical, (await report).Status);
        }

        Assert.Equal(1, started);
        end.SetResult(HealthCheckResult.Healthy());
        await ConsulConnect.TestKit.Eventually.ReadsAsync("the queue is well", readiness.ReportAsync, report => report.Status == CheckStatus.Passing);
    }

    [Fact]
    public async Task Is_critical_with_the_reason_when_the_service_that_knows_it_throws()
    {
        Checks.AddCheck("db", () => HealthCheckResult.Healthy());
        _services.AddSingleton<HealthCheckService, Broken>();
        Assert.Equal(new(CheckStatus.Critical, "db: Unhealthy, it cannot be run (NotSupportedException: not today)"), await ReportAsync());

        _provider = null;
        _services.AddSingleton<HealthCheckService>(_ => throw new InvalidOperationException("cannot be made"));
        Assert.Equal(new(CheckStatus.Critical, "health checks: Unhealthy, it cannot be run (InvalidOperationException: cannot be made)"), await ReportAsync());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ä")]
    [InlineData("€")]
    [InlineData("😀")]
    [InlineData("a😀")]
    public void Is_cut_where_it_is_too_long_and_never_inside_a_character(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 5000));
        var cut = ReadinessText.Cut(text);

        Assert.InRange(Encoding.UTF8.GetByteCount(cut), ReadinessText.MostBytes - 4, ReadinessText.MostBytes);
        Assert.EndsWith("…", cut, StringComparison.Ordinal);
        Assert.StartsWith(cut[..^1], text, StringComparison.Ordinal);
        Assert.Equal(cut, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(cut)));
        var whole = new string('x', ReadinessText.MostBytes);
        Assert.Equal(whole, ReadinessText.Cut(whole));
    }

    [Fact]
    public async Task Shows_no_stack()
    {
        Checks.AddCheck("db", () => throw new InvalidOperationException("broken"));

        Assert.DoesNotContain(nameof(TheAppsHealth), (await ReportAsync()).Output, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _provider?.DisposeAsync() ?? default;

    private sealed class Broken : HealthCheckService
    {
        public override Task<HealthReport> CheckHealthAsync(Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default) => throw new NotSupportedException("not today");
    }
}
