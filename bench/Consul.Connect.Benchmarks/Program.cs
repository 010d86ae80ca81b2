using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ConsulConnect.Benchmarks.Calls;

// "--calls" compares our client with a bare one, side by side in one run, which BenchmarkDotNet does not do; "--calls 2.0" on HTTP/2 alone.
if (args is ["--calls", ..])
{
    await SideBySide.RunAsync(args.ElementAtOrDefault(1));
    return;
}

// "--quick" measures everything in under three minutes, in this process; without it BenchmarkDotNet takes the time it wants.
var isQuick = args.Contains("--quick");
var job = isQuick
    ? Job.ShortRun.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromMinutes(5), logOutput: false))
    : Job.Default;
var config = DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.JoinSummary).HideColumns(Column.Job, Column.Error, Column.Toolchain, Column.Gen0, Column.Gen1, Column.Gen2);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(arg => arg != "--quick")], config);
