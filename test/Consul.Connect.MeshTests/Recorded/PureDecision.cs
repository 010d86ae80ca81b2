using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.MeshTests.Recorded;

/// <summary>What the evaluator says without a server.</summary>
internal sealed class PureDecision(string match, RequestReading reading, bool allowsByDefault)
{
    private readonly IntentionSet _set = new(IntentionAnswers.Match(Encoding.UTF8.GetBytes($$"""{"web":{{match}}}"""), "web"), "web", reading);
    private readonly DefaultPolicyAnswer _default = new(allowsByDefault, "web", "as configured");

    /// <summary>The status of a request; null: the connection is refused already.</summary>
    public int? StatusOf(RecordedCase row)
    {
        var caller = ConnectPeer.Create(row.Source);
        var connection = _set.Decide(caller, ConnectionKind.Http, out var behind) ?? behind?.Requests?.OpenByDefault(caller, _default) ?? _default.Decide(caller);
        if (!connection.Allowed)
            return null;
        var decision = _set.Decide(caller, new(row.Method, row.Target, row.Authority, "https", new Fields(row, reading.UnderscoredHeaders == UnderscoredHeaders.Drop)), _default);
        return decision.Allowed ? 200 : RefusalAnswer.StatusOf(decision.Reason);
    }

    private sealed class Fields(RecordedCase row, bool drop) : IRequestHeaders
    {
        public bool HaveUnderscores => !drop && row.Headers.Any(header => header.Name.Contains('_', StringComparison.Ordinal));

        public StringValues this[string name] => drop && name.Contains('_', StringComparison.Ordinal) ? default : new([.. row.Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => RecordedCase.AsUtf8(header.Value).Trim(' ', '\t'))]);
    }
}
