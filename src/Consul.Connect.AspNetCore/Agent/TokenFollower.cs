namespace ConsulConnect.Agent;

/// <summary>Knows how long the token lives, where the agent tells: a life that ends takes the certificate with it, and the entry in the catalog.</summary>
internal sealed class TokenFollower : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(5);

    private readonly AgentLink _link;
    private readonly AgentWatch<object> _watch;
    private CancellationToken? _credentials;
    private volatile TokenLife? _life;

    public TokenFollower(AgentLink link)
    {
        _link = link;
        _watch = new("token", FollowAsync, _ => null, link, new() { Poll = Pace });
    }

    /// <summary>Null while it is not known.</summary>
    public TokenLife? Life => _life;

    public void Start() => _watch.Start();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<object>> FollowAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (_credentials != _link.Client.Changed)
            (_credentials, _life) = (_link.Client.Changed, null);
        try
        {
            _life = (await _link.Client.GetTokenAsync(cancellationToken)).Value;
        }
        catch (AgentException silence) when (silence.IsAnswer)
        {
            // An agent without ACLs, or a token that may not look at itself: no life is known, and nothing is wrong.
        }

        return new(this, null, null, TimeSpan.Zero, "");
    }
}
