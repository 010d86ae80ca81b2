using System.Globalization;
using Xunit.Abstractions;

namespace ConsulConnect.Tests.Reference;

/// <summary>
/// One run of generated questions. Its seed is new each time and printed; <c>CONNECT_TEST_SEED</c> replays one and
/// <c>CONNECT_TEST_PAIRS</c> asks more of it.
/// </summary>
internal sealed class Replay
{
    private readonly ITestOutputHelper _output;

    public Replay(ITestOutputHelper output)
    {
        _output = output;
        Seed = Number("CONNECT_TEST_SEED") ?? (ulong)Guid.NewGuid().GetHashCode() & uint.MaxValue;
        output.WriteLine($"CONNECT_TEST_SEED={Seed}");
    }

    public ulong Seed { get; }

    public static int Pairs(int usually) => (int)(Number("CONNECT_TEST_PAIRS") ?? (ulong)usually);

    /// <summary>The dice of one round: it needs none of the rounds before.</summary>
    public Dice Dice(int round) => new((Seed << 32) + (ulong)round);

    /// <summary>Fails with the smallest question that still fails, and with what replays it.</summary>
    public void Fail(GeneratedCase found, Func<GeneratedCase, bool> fails, Func<GeneratedCase, string> says)
    {
        var smallest = Shrinking.Shrink(found, fails);
        var report = $"CONNECT_TEST_SEED={Seed}\n{says(smallest)}\n{smallest}";
        _output.WriteLine(report);
        Assert.Fail(report);
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
