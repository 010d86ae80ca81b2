namespace ConsulConnect.Intentions;

/// <summary>A tree as steps, with every repeat written out: the input of a <see cref="RuneAutomaton"/>.</summary>
internal sealed class RuneProgram
{
    private readonly List<Step> _steps = [];

    private RuneProgram()
    {
    }

    /// <summary>One step. A read goes on to the next step; so does a place, where it holds.</summary>
    /// <param name="Kind">What it does.</param>
    /// <param name="Reads">The characters a read takes.</param>
    /// <param name="Place">Where a place holds.</param>
    /// <param name="Other">Where a fork goes besides the next step, or where a jump goes.</param>
    public readonly record struct Step(StepKind Kind, RuneSet? Reads = null, Place Place = default, int Other = 0);

    /// <returns>Steps of which the last is the end.</returns>
    public static Step[] Of(PatternNode tree)
    {
        var program = new RuneProgram();
        program.Add(tree);
        program._steps.Add(new(StepKind.End));
        return [.. program._steps];
    }

    private void Add(PatternNode node)
    {
        switch (node)
        {
            case RuneNode one:
                _steps.Add(new(StepKind.Read, RuneSet.Of(one.Rune)));
                break;
            case SetNode set:
                _steps.Add(new(StepKind.Read, set.Runes));
                break;
            case PlaceNode place:
                _steps.Add(new(StepKind.Place, Place: place.Place));
                break;
            case SequenceNode sequence:
                Array.ForEach(sequence.Parts, Add);
                break;
            case ChoiceNode choice:
                AddChoice(choice.Choices);
                break;
            case RepeatNode repeat:
                AddRepeat(repeat);
                break;
        }
    }

    private void AddChoice(PatternNode[] choices)
    {
        var ends = new List<int>();
        for (var i = 0; i < choices.Length; i++)
        {
            var isLast = i == choices.Length - 1;
            var fork = isLast ? 0 : Reserve();
            Add(choices[i]);
            if (isLast)
                continue;
            ends.Add(Reserve());
            _steps[fork] = new(StepKind.Fork, Other: _steps.Count);
        }

        foreach (var end in ends)
            _steps[end] = new(StepKind.Jump, Other: _steps.Count);
    }

    private void AddRepeat(RepeatNode repeat)
    {
        for (var i = 0; i < repeat.Least; i++)
            Add(repeat.Body);
        if (repeat.Most is null)
        {
            var fork = Reserve();
            Add(repeat.Body);
            _steps.Add(new(StepKind.Jump, Other: fork));
            _steps[fork] = new(StepKind.Fork, Other: _steps.Count);
            return;
        }

        var forks = new List<int>();
        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            forks.Add(Reserve());
            Add(repeat.Body);
        }

        foreach (var fork in forks)
            _steps[fork] = new(StepKind.Fork, Other: _steps.Count);
    }

    private int Reserve()
    {
        _steps.Add(default);
        return _steps.Count - 1;
    }
}

internal enum StepKind
{
    Read,
    Place,
    Fork,
    Jump,
    End,
}
