using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// "--quick" measures everything in under three minutes, in this process; without it BenchmarkDotNet takes the time it wants.
var isQuick = args.Contains("--quick");
var job = isQuick
    ? Job.ShortRun.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromMinutes(5), logOutput: false))
    : Job.Default;
var config = DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.JoinSummary).HideColumns(Column.Job, Column.Error, Column.Toolchain, Column.Gen0, Column.Gen1, Column.Gen2);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(arg => arg != "--quick")], config);
