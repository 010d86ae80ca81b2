namespace ConsulConnect.Tests.Reference;

/// <summary>A small generator (splitmix64) whose numbers are the same on every runtime, so that a printed seed says everything.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public bool OneIn(int chances) => Below(chances) == 0;

    public T Pick<T>(params IReadOnlyList<T> from) => from[Below(from.Count)];

    public T[] Several<T>(int most, Func<T> make) => [.. Enumerable.Range(0, Below(most + 1)).Select(_ => make())];

    public T[] Shuffled<T>(IEnumerable<T> items) => [.. items.Select(item => (Key: Next(), item)).OrderBy(pair => pair.Key).Select(pair => pair.item)];

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
