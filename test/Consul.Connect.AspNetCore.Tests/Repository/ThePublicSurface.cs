namespace ConsulConnect.Tests.Sources;

public class ThePublicSurface
{
    private const string List = "src/Consul.Connect.AspNetCore/PublicApi.txt";

    [Fact]
    public void Is_the_one_that_was_decided()
    {
        var actual = PublicSurface.Of(typeof(ConsulConnectOptions).Assembly.GetExportedTypes());
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1" && Environment.GetEnvironmentVariable("CI") != "true")
            File.WriteAllText(Path.Combine(SourceFile.Root, List), string.Join('\n', actual) + "\n");

        var decided = SourceFile.Read(List).TrimEnd('\n').Split('\n');

        Assert.True(actual.SequenceEqual(decided), Difference(decided, actual));
    }

    [Fact]
    public void Lies_in_no_room() =>
        Assert.DoesNotContain(typeof(ConsulConnectOptions).Assembly.GetExportedTypes(), type => type.Namespace!.StartsWith("ConsulConnect.", StringComparison.Ordinal));

    [Fact]
    public void Is_written_down_member_by_member() =>
        Assert.Equal(
            [
                "ConsulConnect.Tests.Sources.ThePublicSurface.Example.Limit: int { get; init; }",
                "ConsulConnect.Tests.Sources.ThePublicSurface.Example.Read<T>(string[] names, int? at = default): System.Threading.Tasks.Task<T>",
                "ConsulConnect.Tests.Sources.ThePublicSurface.Example.event Changed: System.Action<string>",
                "ConsulConnect.Tests.Sources.ThePublicSurface.Example.protected .ctor(ulong index)",
                "abstract class ConsulConnect.Tests.Sources.ThePublicSurface.Example : System.IDisposable",
            ],
            PublicSurface.Of(typeof(Example)).Where(line => !line.Contains("Dispose()", StringComparison.Ordinal)));

    private static string Difference(IReadOnlyList<string> decided, IReadOnlyList<string> actual) =>
        $"""
        The public surface differs from {List}.
        {string.Join('\n', actual.Except(decided).Select(line => "  + " + line).Concat(decided.Except(actual).Select(line => "  - " + line)).DefaultIfEmpty("  (only the order)"))}
        A public member is a promise. If this one is meant, write it down: UPDATE_PUBLIC_API=1 dotnet test test/Consul.Connect.AspNetCore.Tests --filter {nameof(ThePublicSurface)}
        """;

    // Every kind of member whose form must not change by accident.
    internal abstract class Example : IDisposable
    {
        protected Example(ulong index) => Limit = (int)index;

        public event Action<string>? Changed;

        public int Limit { get; init; }

        internal string Hidden => $"{Limit}";

        public Task<T?> Read<T>(string[] names, int? at = null)
        {
            Changed?.Invoke($"{names.Length}{at}");
            return Task.FromResult(default(T));
        }

        public void Dispose()
        {
        }
    }
}
