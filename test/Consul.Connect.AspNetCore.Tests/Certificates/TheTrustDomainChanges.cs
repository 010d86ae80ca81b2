using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>As when an agent restarts with a CA of its own making.</summary>
public sealed class TheTrustDomainChanges : IAsyncDisposable
{
    private readonly Pairing _pairing = new();
    private readonly TestCa _old = TestCa.Create();
    private readonly TestCa _new = TestCa.Create("99991111-2222-3333-4444-555555555555.consul");

    public TheTrustDomainChanges()
    {
        _pairing.Roots(_old);
        _pairing.Leaf(_old.IssueLeaf("api"));
    }

    [Fact]
    public void A_new_leaf_that_comes_first_waits_and_the_old_pair_serves_on()
    {
        var before = _pairing.Current!;

        Assert.Null(_pairing.Leaf(_new.IssueLeaf("api")));

        Assert.Same(before, _pairing.Current);
        Assert.Contains(_new.TrustDomain, _pairing.LastError, StringComparison.Ordinal);
        Assert.NotNull(before.Verdict(_old.IssueLeaf("web")).Peer);

        Assert.Null(_pairing.Roots(_new));
        IsTheNewPair();
    }

    [Fact]
    public void New_roots_that_come_first_end_the_old_pair_and_handshakes_wait_for_the_leaf()
    {
        Assert.Null(_pairing.Roots(_new));

        Assert.Null(_pairing.Current);
        Assert.Contains(_new.TrustDomain, _pairing.LastError, StringComparison.Ordinal);
        var waiting = _pairing.WaitAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        Assert.Null(_pairing.Leaf(_new.IssueLeaf("api")));
        IsTheNewPair();
    }

    [Fact]
    public async Task Who_waits_gets_the_new_pair()
    {
        _pairing.Roots(_new);
        var waiting = _pairing.WaitAsync(CancellationToken.None);

        _pairing.Leaf(_new.IssueLeaf("api"));

        Assert.Same(_pairing.Current, await waiting);
        Assert.Equal(2, _pairing.Current!.Generation);
    }

    [Fact]
    public void A_leaf_of_the_old_one_is_never_shown_beside_the_new_roots()
    {
        _pairing.Roots(_new);

        _pairing.Leaf(_old.IssueLeaf("api"));

        Assert.All(_pairing.Publications, pair => Assert.Equal(pair.TrustDomain, pair.Self.TrustDomain));
        Assert.Single(_pairing.Publications);
        Assert.NotNull(_pairing.LastError);
    }

    [Fact]
    public void Roots_that_no_longer_hold_our_leaf_end_the_trust_in_the_old_ones_at_once()
    {
        var other = TestCa.Create();

        _pairing.Roots(other);
        Assert.Null(_pairing.Current);
        Assert.Contains("does not chain", _pairing.LastError, StringComparison.Ordinal);

        _pairing.Leaf(other.IssueLeaf("api"));
        Assert.Equal(1, _pairing.Current!.RootCount);
        Assert.Null(_pairing.Current.Verdict(_old.IssueLeaf("web")).Peer);
    }

    [Fact]
    public void Roots_that_come_back_hold_the_old_leaf_again()
    {
        _pairing.Roots(_new);

        _pairing.Roots(_old);

        Assert.Null(_pairing.LastError);
        Assert.Equal(_old.TrustDomain, _pairing.Current!.TrustDomain);
    }

    private void IsTheNewPair()
    {
        Assert.Equal((_new.TrustDomain, _new.TrustDomain), (_pairing.Current!.TrustDomain, _pairing.Current.Self.TrustDomain));
        Assert.Null(_pairing.Current.Verdict(_old.IssueLeaf("web")).Peer);
        Assert.NotNull(_pairing.Current.Verdict(_new.IssueLeaf("web")).Peer);
        Assert.Null(_pairing.LastError);
    }

    public ValueTask DisposeAsync() => _pairing.DisposeAsync();
}
