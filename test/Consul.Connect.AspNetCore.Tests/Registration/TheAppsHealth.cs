using System.Collections.Concurrent;
using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.Registration;
using ConsulConnect.TestKit;
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
        var service = new Hanging("queue");
        var readiness = new HealthReadiness(() => service, () => [.. new[] { "queue", "db" }.Select(name => new HealthCheckRegistration(name, new Hanging.NoCheck(), null, null))]);
        for (var i = 1; i <= 5; i++)
        {
            using var limit = new CancellationTokenSource();
            var report = readiness.ReportAsync(limit.Token);
            await Eventually.HoldsAsync("both have been asked", () => service.Asked("db") == i && service.Asked("queue") > 0);
            await limit.CancelAsync();

            // The other one may still be on its way out.
            Assert.Contains("queue: Unhealthy, it hangs: it has not answered in the time there is", (await report).Output.Split('\n'));
            Assert.Equal(CheckStatus.Critical, (await report).Status);
        }

        Assert.Equal(1, service.Asked("queue"));
        service.GoOn();
        Assert.Equal(CheckStatus.Passing, (await readiness.ReportAsync(CancellationToken.None)).Status);
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

    /// <summary>Its checks are well, but for one that says nothing, cancelled or not.</summary>
    private sealed class Hanging(string hangs) : HealthCheckService
    {
        private readonly ConcurrentQueue<string> _asked = [];
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Asked(string name) => _asked.Count(one => one == name);

        public void GoOn() => _goOn.SetResult();

        public override async Task<HealthReport> CheckHealthAsync(Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default)
        {
            var name = new[] { "queue", "db" }.Single(name => predicate!(new(name, new NoCheck(), null, null)));
            _asked.Enqueue(name);
            if (name == hangs)
                await _goOn.Task;
            return new(new Dictionary<string, HealthReportEntry> { [name] = new(HealthStatus.Healthy, null, TimeSpan.Zero, null, null) }, TimeSpan.Zero);
        }

        public sealed class NoCheck : IHealthCheck
        {
            public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => throw new NotSupportedException();
        }
    }
}
