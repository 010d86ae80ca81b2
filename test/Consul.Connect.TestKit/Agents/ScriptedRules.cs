using Microsoft.AspNetCore.Http;

namespace ConsulConnect.TestKit;

/// <summary>What stands between a call and its normal answer. The newest rule for a path decides; polls already waiting obey it too.</summary>
internal sealed class ScriptedRules
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IDisposable Add(string path, RequestDelegate? answer)
    {
        var rule = new Rule(this, path, answer);
        Change(() => _rules.Insert(0, rule));
        return rule;
    }

    public (Rule? Rule, Task Changed) Find(string path)
    {
        lock (_lock)
            return (_rules.Find(rule => path.StartsWith(rule.Path, StringComparison.Ordinal)), _changed.Task);
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <param name="owner">The rules it is one of.</param>
    /// <param name="path">How the path begins.</param>
    /// <param name="answer">Answers instead; null: nobody does, until the rule goes.</param>
    internal sealed class Rule(ScriptedRules owner, string path, RequestDelegate? answer) : IDisposable
    {
        public string Path { get; } = path;

        public RequestDelegate? Answer { get; } = answer;

        public void Dispose() => owner.Change(() => owner._rules.Remove(this));
    }
}
