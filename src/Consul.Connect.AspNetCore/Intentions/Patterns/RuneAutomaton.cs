using System.Buffers;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>
/// Matches by following all ways through the program at once, so each character costs no more than the program is long. The
/// runtime's own linear engine is not asked: with empty loops and with places it sometimes answers otherwise than RE2, even
/// otherwise for the same text after other texts.
/// </summary>
/// <param name="tree">What the text must be.</param>
/// <param name="before">What stands before the text.</param>
internal sealed class RuneAutomaton(PatternNode tree, string before)
{
    private const int NoRune = -1;

    private readonly RuneProgram.Step[] _steps = RuneProgram.Of(tree);
    private readonly int _before = before.Length == 0 ? NoRune : Rune.DecodeLastFromUtf16(before, out var rune, out _) == OperationStatus.Done ? rune.Value : NoRune;
    private Ways? _idle;

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        var ways = Interlocked.Exchange(ref _idle, null) ?? new(_steps.Length);
        var isMatch = IsMatch(text, ways);
        Volatile.Write(ref _idle, ways);
        return isMatch;
    }

    private bool IsMatch(ReadOnlySpan<char> text, Ways ways)
    {
        var before = _before;
        if (!TryTake(ref text, out var rune))
            return false;
        ways.Clear();
        ways.Restart();
        ways.Push(0);
        while (true)
        {
            Follow(ways, before, rune);
            if (rune == NoRune)
                return ways.IsAtEnd;
            for (var i = 0; i < ways.ReadCount; i++)
                if (_steps[ways.Reads[i]].Reads!.Contains(rune))
                    ways.Push(ways.Reads[i] + 1);
            if (ways.PendingCount == 0)
                return false;
            before = rune;
            if (!TryTake(ref text, out rune))
                return false;
            ways.Restart();
        }
    }

    // From the pending steps to all reads that can come next, between two characters.
    private void Follow(Ways ways, int before, int after)
    {
        while (ways.TryPop(out var at))
        {
            ref readonly var step = ref _steps[at];
            switch (step.Kind)
            {
                case StepKind.Read:
                    ways.Reads[ways.ReadCount++] = at;
                    break;
                case StepKind.Place when Holds(step.Place, before, after):
                    ways.Push(at + 1);
                    break;
                case StepKind.Fork:
                    ways.Push(at + 1);
                    ways.Push(step.Other);
                    break;
                case StepKind.Jump:
                    ways.Push(step.Other);
                    break;
                case StepKind.End:
                    ways.IsAtEnd = true;
                    break;
            }
        }
    }

    private static bool Holds(Place place, int before, int after) => place switch
    {
        Place.StartOfText => before == NoRune,
        Place.EndOfText => after == NoRune,
        Place.StartOfLine => before is NoRune or '\n',
        Place.EndOfLine => after is NoRune or '\n',
        Place.WordBoundary => IsWord(before) != IsWord(after),
        _ => IsWord(before) == IsWord(after),
    };

    private static bool IsWord(int rune) => rune is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_';

    // False: half a surrogate pair, which nothing matches.
    private static bool TryTake(ref ReadOnlySpan<char> text, out int rune)
    {
        rune = NoRune;
        if (text.IsEmpty)
            return true;
        if (Rune.DecodeFromUtf16(text, out var taken, out var length) != OperationStatus.Done)
            return false;
        text = text[length..];
        rune = taken.Value;
        return true;
    }

    /// <summary>The steps at which a match stands: made once and used again.</summary>
    private sealed class Ways(int steps)
    {
        // A step is followed once between two characters, and then pushes at most two; a read pushes one.
        private readonly int[] _pending = new int[3 * steps + 1];
        private readonly int[] _followed = new int[steps];
        private int _round;

        public int[] Reads { get; } = new int[steps];

        public int ReadCount { get; set; }

        public int PendingCount { get; private set; }

        public bool IsAtEnd { get; set; }

        public void Clear() => PendingCount = 0;

        /// <summary>Forgets the reads; the pending steps stay when they come from the last character.</summary>
        public void Restart()
        {
            if (++_round == int.MaxValue)
            {
                Array.Clear(_followed);
                _round = 1;
            }

            ReadCount = 0;
            IsAtEnd = false;
        }

        public void Push(int step) => _pending[PendingCount++] = step;

        public bool TryPop(out int step)
        {
            while (PendingCount > 0)
            {
                step = _pending[--PendingCount];
                if (_followed[step] == _round)
                    continue;
                _followed[step] = _round;
                return true;
            }

            step = 0;
            return false;
        }
    }
}
